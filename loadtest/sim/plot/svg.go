package plot

import (
	"bytes"
	"fmt"
	"text/template"
)

const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {{.Width}} {{.Height}}" width="{{.Width}}" height="{{.Height}}" role="img" font-family="system-ui, sans-serif">
<title>{{.Title | html}}</title>
<desc>{{.Desc | html}}</desc>
<rect width="100%" height="100%" fill="#ffffff"/>
{{- range .Bands}}
<rect x="{{.X}}" y="{{.Y}}" width="{{.W}}" height="{{.H}}" fill="{{.Fill}}"/>
{{- end}}
{{- range .Grid}}
<line x1="{{.X1}}" y1="{{.Y1}}" x2="{{.X2}}" y2="{{.Y2}}" stroke="{{.Stroke}}"/>
{{- end}}
{{- range .Rects}}
<rect x="{{.X}}" y="{{.Y}}" width="{{.W}}" height="{{.H}}" fill="{{.Fill}}"/>
{{- end}}
{{- range .Lines}}
<line x1="{{.X1}}" y1="{{.Y1}}" x2="{{.X2}}" y2="{{.Y2}}" stroke="{{.Stroke}}"/>
{{- end}}
{{- range .Paths}}
<path d="{{.D}}" fill="none" stroke="{{.Stroke}}" stroke-width="2"{{with .Dash}} stroke-dasharray="{{.}}"{{end}}/>
{{- end}}
{{- range .Marks}}
<circle cx="{{.X}}" cy="{{.Y}}" r="3.5" fill="{{.Fill}}"/>
{{- end}}
{{- range .Words}}
<text x="{{.X}}" y="{{.Y}}" text-anchor="{{.Anchor}}" font-size="{{.Size}}" fill="#1f2933"{{if .Turn}} transform="rotate(-90 {{.X}} {{.Y}})"{{end}}>{{.Text | html}}</text>
{{- end}}
</svg>
`

func (p *picture) render() ([]byte, error) {
	t, err := template.New("svg").Parse(svg)
	if err != nil {
		return nil, fmt.Errorf("parse the picture's template: %w", err)
	}
	var b bytes.Buffer
	if err := t.Execute(&b, p); err != nil {
		return nil, fmt.Errorf("draw %s: %w", p.Title, err)
	}
	return b.Bytes(), nil
}
