package wave

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"strings"

	"chesna/booking/draw"
)

// ReceiptVersion is the first line of a receipt.
const ReceiptVersion = "chesna/receipt/v1"

// ReceiptText is the text of the receipt for an entry as it stands now: version, draw, revision, time, the line of the
// entries (a dash when she left) and the commitment, each ended by LF (docs/DRAW-FILES.md).
func ReceiptText(e Entry) string {
	line := "-"
	if e.State != EntryLeft {
		line = e.Line()
	}
	at := draw.At(e.AcceptedAt).UTC().Format("2006-01-02T15:04:05Z")
	lines := []string{ReceiptVersion, string(e.Wave), fmt.Sprint(e.Rev), at, line, fmt.Sprintf("%x", e.Commitment)}
	return strings.Join(lines, "\n") + "\n"
}

// Commit is c = SHA-256(request ‖ opening): it binds to the request and tells nothing of it.
func Commit(request []byte, opening [32]byte) [32]byte {
	h := sha256.New()
	h.Write(request)
	h.Write(opening[:])
	return [32]byte(h.Sum(nil))
}

// commit draws the opening of a request.
func (o *Office) commit(request []byte) (c, opening [32]byte, err error) {
	if _, err := io.ReadFull(o.d.Rand, opening[:]); err != nil {
		return c, opening, fmt.Errorf("draw an opening: %w", err)
	}
	return Commit(request, opening), opening, nil
}

// receipt gives the receipt of an accepted revision: the one that is kept with it, or a new one. It is given out after the
// entry was committed, so that nobody has one for what the ledger lost; who was not answered asks again.
func (o *Office) receipt(ctx context.Context, w Wave, e Entry) (Receipt, error) {
	if len(e.Receipt) > 0 {
		return Receipt{Entry: e, Note: e.Receipt, Wave: w}, nil
	}
	note, err := o.d.Receipts.Sign(ReceiptText(e))
	if err != nil {
		return Receipt{}, fmt.Errorf("sign the receipt: %w", err)
	}
	if err := o.d.Ledger.SetReceipt(ctx, e.Wave, e.Declarer, e.Rev, note); err != nil {
		// She has it in her hand now; the same text gives the same signature when it is asked for again.
		o.d.Logger.WarnContext(ctx, "keep a receipt", "draw", e.Wave, "rev", e.Rev, "error", err)
	}
	e.Receipt = note
	return Receipt{Entry: e, Note: note, Wave: w}, nil
}
