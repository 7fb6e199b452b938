package handlers

import (
	"context"

	"chesna/api/oapi"
	"chesna/booking"
)

// ListConsulates implements GET /api/v1/consulates.
func (a *API) ListConsulates(_ context.Context, r oapi.ListConsulatesRequestObject) (oapi.ListConsulatesResponseObject, error) {
	posts := a.d.Catalogue.Consulates()
	if r.Params.Country != nil {
		posts = a.d.Catalogue.For(*r.Params.Country)
	}
	out := oapi.ListConsulates200JSONResponse{Items: make([]oapi.Consulate, 0, len(posts))}
	for _, p := range posts {
		out.Items = append(out.Items, consulate(p))
	}
	return out, nil
}

// GetConsulate implements GET /api/v1/consulates/{id}.
func (a *API) GetConsulate(_ context.Context, r oapi.GetConsulateRequestObject) (oapi.GetConsulateResponseObject, error) {
	p, err := a.d.Catalogue.Consulate(booking.ConsulateID(r.Id))
	if err != nil {
		return nil, err
	}
	return oapi.GetConsulate200JSONResponse(consulate(p)), nil
}

// ListServices implements GET /api/v1/services.
func (a *API) ListServices(_ context.Context, _ oapi.ListServicesRequestObject) (oapi.ListServicesResponseObject, error) {
	services := a.d.Catalogue.Services()
	out := oapi.ListServices200JSONResponse{Items: make([]oapi.Service, 0, len(services))}
	for _, s := range services {
		one, err := a.service(s)
		if err != nil {
			return nil, err
		}
		out.Items = append(out.Items, one)
	}
	return out, nil
}

func consulate(p booking.Consulate) oapi.Consulate {
	out := oapi.Consulate{
		Id: string(p.ID), City: text(p.City), Country: text(p.Country), CountryCode: p.CountryID, TimeZone: p.Location.String(),
		District: []oapi.District{}, Languages: append([]string{}, p.Languages...), Workdays: []string{},
		Pool: oapi.ConsulatePool(p.Pool), Terminal: p.Terminal,
	}
	for _, d := range p.District {
		one := oapi.District{Country: d.Country}
		if len(d.Regions) > 0 {
			regions := append([]string{}, d.Regions...)
			one.Regions = &regions
		}
		out.District = append(out.District, one)
	}
	for _, d := range p.Workdays {
		out.Workdays = append(out.Workdays, d.String())
	}
	return out
}

func (a *API) service(s booking.Service) (oapi.Service, error) {
	g, err := a.d.Catalogue.Group(s.Group)
	if err != nil {
		return oapi.Service{}, err
	}
	out := oapi.Service{
		Id: string(s.ID), Group: string(s.Group), Minutes: g.Minutes, Title: text(s.Title), Fee: text(s.Fee),
		Applicants: oapi.ServiceApplicants(s.Applicants), Presence: s.Presence,
		Documents: []oapi.Text{}, Reasons: []oapi.ReasonCode{},
	}
	for _, d := range s.Documents {
		out.Documents = append(out.Documents, text(d))
	}
	for _, r := range s.Reasons {
		out.Reasons = append(out.Reasons, oapi.ReasonCode{Code: r.Code, Title: text(r.Title)})
	}
	return out, nil
}

func text(t booking.Text) oapi.Text { return oapi.Text{Uk: t.UK, En: t.EN} }
