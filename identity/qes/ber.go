package qes

import "bytes"

const (
	maxDepth = 48 // names in a plain message are 17 deep; a time stamp among the attributes adds as much

	tagOctetString = 0x04
	tagNumberMask  = 0x1f
	constructed    = 0x20
	classMask      = 0xc0
)

// normalise rewrites BER as DER as far as signers in the field need it: indefinite and over-long lengths become the
// shortest definite ones, octet strings in pieces become whole. It does not sort sets, so signed attributes stay as
// received. Input that is already in that form comes back equal. The output is never longer than the input.
//
// Refused: depth over maxDepth, tags above 30, other strings in pieces, end-of-contents out of place, and anything after
// the first element.
func normalise(in []byte) ([]byte, error) {
	out := make([]byte, 0, len(in))
	out, rest, err := normaliseElement(out, in, 0)
	if err != nil {
		return nil, err
	}
	if len(rest) > 0 {
		return nil, fail(CodeTrailingBytes, "bytes after the end of the message")
	}
	return out, nil
}

// normaliseElement appends the first element of in to out and returns what follows it.
func normaliseElement(out, in []byte, depth int) (_, rest []byte, err error) {
	if depth > maxDepth {
		return nil, nil, fail(CodeEncoding, "nested too deep")
	}
	identifier, content, rest, indefinite, err := splitElement(in)
	if err != nil {
		return nil, nil, err
	}
	if identifier&constructed == 0 {
		return appendElement(out, identifier, content), rest, nil
	}
	var body []byte
	for {
		if indefinite {
			if len(content) >= 2 && content[0] == 0 && content[1] == 0 {
				rest = content[2:]
				break
			}
		} else if len(content) == 0 {
			break
		}
		body, content, err = normaliseElement(body, content, depth+1)
		if err != nil {
			return nil, nil, err
		}
	}
	if identifier == tagOctetString|constructed {
		whole, err := joinOctets(body)
		if err != nil {
			return nil, nil, err
		}
		return appendElement(out, tagOctetString, whole), rest, nil
	}
	return appendElement(out, identifier, body), rest, nil
}

// splitElement reads one header. With an indefinite length, content is everything that follows.
func splitElement(in []byte) (identifier byte, content, rest []byte, indefinite bool, err error) {
	if len(in) < 2 {
		return 0, nil, nil, false, fail(CodeMalformed, "element cut short")
	}
	identifier = in[0]
	number := identifier & tagNumberMask
	universal := identifier&classMask == 0
	switch {
	case number == tagNumberMask:
		return 0, nil, nil, false, fail(CodeEncoding, "tag above 30")
	case universal && number == 0:
		return 0, nil, nil, false, fail(CodeEncoding, "end of contents out of place")
	case universal && identifier&constructed != 0 && number != 16 && number != 17 && number != tagOctetString:
		return 0, nil, nil, false, fail(CodeEncoding, "a string in pieces")
	}
	first := in[1]
	in = in[2:]
	if first == 0x80 {
		if identifier&constructed == 0 {
			return 0, nil, nil, false, fail(CodeEncoding, "primitive element of indefinite length")
		}
		return identifier, in, nil, true, nil
	}
	length := int(first)
	if first > 0x80 {
		count := int(first & 0x7f)
		if count > 4 || count > len(in) {
			return 0, nil, nil, false, fail(CodeEncoding, "length of a length")
		}
		length = 0
		for _, b := range in[:count] {
			length = length<<8 | int(b)
		}
		in = in[count:]
	}
	if length < 0 || length > len(in) {
		return 0, nil, nil, false, fail(CodeMalformed, "element cut short")
	}
	return identifier, in[:length], in[length:], false, nil
}

// joinOctets concatenates a run of primitive octet strings that are already normalised.
func joinOctets(pieces []byte) ([]byte, error) {
	var whole bytes.Buffer
	for len(pieces) > 0 {
		identifier, content, rest, _, err := splitElement(pieces)
		if err != nil {
			return nil, err
		}
		if identifier != tagOctetString {
			return nil, fail(CodeEncoding, "an octet string of other pieces")
		}
		whole.Write(content)
		pieces = rest
	}
	return whole.Bytes(), nil
}

func appendElement(out []byte, identifier byte, content []byte) []byte {
	out = append(out, identifier)
	switch n := len(content); {
	case n < 0x80:
		out = append(out, byte(n))
	case n < 0x100:
		out = append(out, 0x81, byte(n))
	case n < 0x10000:
		out = append(out, 0x82, byte(n>>8), byte(n))
	default:
		out = append(out, 0x83, byte(n>>16), byte(n>>8), byte(n))
	}
	return append(out, content...)
}
