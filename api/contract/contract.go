package contract

import (
	"errors"
	"fmt"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// Operation is what the description says about one method at one path.
type Operation struct {
	ID     string
	Method string
	// Path is the route pattern as the router writes it, "/api/v1/holds/:id".
	Path string
	// Class names the coarse limit.
	Class string
	// Action names what is counted for each person; empty: nothing is.
	Action string
	// Public: no session is needed.
	Public bool
	// Keyed: the operation takes an Idempotency-Key.
	Keyed bool

	parameters []*openapi3.Parameter
	body       *openapi3.RequestBody
	schema     *openapi3.Schema
}

// HasBody tells whether the operation takes a body.
func (o *Operation) HasBody() bool { return o.body != nil }

// Parameter is a parameter with the name under which the use cases know it.
type Parameter struct{ Name, In, Alias string }

// Named lists the parameters. The alias (x-alias) is the name itself where the description gives none.
func (o *Operation) Named() []Parameter {
	out := make([]Parameter, 0, len(o.parameters))
	for _, p := range o.parameters {
		alias, ok := p.Extensions["x-alias"].(string)
		if !ok {
			alias = p.Name
		}
		out = append(out, Parameter{Name: p.Name, In: p.In, Alias: alias})
	}
	return out
}

// Contract is a loaded description. It is immutable and safe for concurrent use.
type Contract struct {
	operations map[string]*Operation
}

// Load reads an OpenAPI description and checks that it is one.
func Load(spec []byte) (*Contract, error) {
	doc, err := Document(spec)
	if err != nil {
		return nil, err
	}
	c := &Contract{operations: map[string]*Operation{}}
	var errs []error
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			o, err := operation(doc, method, path, item, op)
			if err != nil {
				errs = append(errs, fmt.Errorf("%s %s: %w", method, path, err))
				continue
			}
			c.operations[o.ID] = o
		}
	}
	return c, errors.Join(errs...)
}

// Document reads the description for other uses, such as checking answers in tests.
func Document(spec []byte) (*openapi3.T, error) {
	loader := openapi3.NewLoader()
	doc, err := loader.LoadFromData(spec)
	if err != nil {
		return nil, fmt.Errorf("load the description: %w", err)
	}
	if err := doc.Validate(loader.Context); err != nil {
		return nil, fmt.Errorf("check the description: %w", err)
	}
	return doc, nil
}

func operation(doc *openapi3.T, method, path string, item *openapi3.PathItem, op *openapi3.Operation) (*Operation, error) {
	o := &Operation{ID: op.OperationID, Method: method, Path: routePattern(path)}
	if o.ID == "" {
		return nil, errors.New("no operationId")
	}
	o.Class, _ = op.Extensions["x-limit-class"].(string)
	o.Action, _ = op.Extensions["x-person-limit"].(string)
	security := doc.Security
	if op.Security != nil {
		security = *op.Security
	}
	o.Public = len(security) == 0
	for _, ref := range append(item.Parameters, op.Parameters...) {
		if ref.Value == nil || ref.Value.Schema == nil || ref.Value.Schema.Value == nil {
			return nil, errors.New("a parameter without a schema")
		}
		o.parameters = append(o.parameters, ref.Value)
		o.Keyed = o.Keyed || ref.Value.Name == "Idempotency-Key"
	}
	if op.RequestBody != nil {
		o.body = op.RequestBody.Value
		media := o.body.Content.Get("application/json")
		if media == nil || media.Schema == nil {
			return nil, errors.New("a body that is not JSON")
		}
		o.schema = media.Schema.Value
	}
	return o, nil
}

// routePattern writes {id} as :id.
func routePattern(path string) string {
	parts := strings.Split(path, "/")
	for i, p := range parts {
		if strings.HasPrefix(p, "{") && strings.HasSuffix(p, "}") {
			parts[i] = ":" + p[1:len(p)-1]
		}
	}
	return strings.Join(parts, "/")
}

// Operation finds an operation by its identifier.
func (c *Contract) Operation(id string) (*Operation, bool) {
	o, ok := c.operations[id]
	return o, ok
}

// Operations lists all operations, in no order.
func (c *Contract) Operations() []*Operation {
	out := make([]*Operation, 0, len(c.operations))
	for _, o := range c.operations {
		out = append(out, o)
	}
	return out
}
