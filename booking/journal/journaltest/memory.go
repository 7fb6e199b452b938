package journaltest

import (
	"bytes"
	"context"
	"sync"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"chesna/booking/journal"
)

// Memory is a journal.Store in memory.
type Memory struct {
	mu   sync.Mutex
	logs map[string]*memoryLog
}

type memoryLog struct {
	head        journal.Head
	pending     [][]byte
	leaves      [][]byte
	hashes      []tlog.Hash
	checkpoints []journal.Signed // by size
}

var _ journal.Store = (*Memory)(nil)

// NewMemory makes an empty store.
func NewMemory() *Memory { return &Memory{logs: map[string]*memoryLog{}} }

func (m *Memory) log(name string) *memoryLog {
	if m.logs[name] == nil {
		m.logs[name] = &memoryLog{head: journal.EmptyHead()}
	}
	return m.logs[name]
}

// Queue adds leaves that wait.
func (m *Memory) Queue(log string, leaves ...[]byte) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.log(log).pending = append(m.log(log).pending, leaves...)
}

// Clone is a copy: a backup.
func (m *Memory) Clone() *Memory {
	m.mu.Lock()
	defer m.mu.Unlock()
	out := NewMemory()
	for name, l := range m.logs {
		out.logs[name] = &memoryLog{
			head: l.head, pending: append([][]byte{}, l.pending...), leaves: append([][]byte{}, l.leaves...),
			hashes: append([]tlog.Hash{}, l.hashes...), checkpoints: append([]journal.Signed{}, l.checkpoints...),
		}
	}
	return out
}

// Head implements journal.Store.
func (m *Memory) Head(_ context.Context, log string) (journal.Head, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.log(log).head, nil
}

// Extend implements journal.Store.
func (m *Memory) Extend(_ context.Context, log string, limit int, grow journal.GrowFunc) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	l := m.log(log)
	n := min(limit, len(l.pending))
	if n == 0 {
		return 0, nil
	}
	head, hashes, err := grow(l.head, l.pending[:n], tlog.HashReaderFunc(l.read))
	if err != nil {
		return 0, err
	}
	l.head, l.leaves, l.hashes = head, append(l.leaves, l.pending[:n]...), append(l.hashes, hashes...)
	l.pending = l.pending[n:]
	return n, nil
}

// Leaves implements journal.Store.
func (m *Memory) Leaves(_ context.Context, log string, from, to int64) ([][]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	l := m.log(log)
	if from < 0 || to < from || to > int64(len(l.leaves)) {
		return nil, journal.Refuse(journal.CodeAbsent, "no such leaves")
	}
	return l.leaves[from:to:to], nil
}

// Hashes implements journal.Store.
func (m *Memory) Hashes(_ context.Context, log string, indexes []int64) ([]tlog.Hash, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.log(log).read(indexes)
}

func (l *memoryLog) read(indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		if index < 0 || index >= int64(len(l.hashes)) {
			return nil, journal.Refuse(journal.CodeAbsent, "no such hash")
		}
		out[i] = l.hashes[index]
	}
	return out, nil
}

// SaveCheckpoint implements journal.Store.
func (m *Memory) SaveCheckpoint(_ context.Context, log string, s journal.Signed) (journal.Signed, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	l := m.log(log)
	at := 0
	for ; at < len(l.checkpoints) && l.checkpoints[at].Size <= s.Size; at++ {
		if l.checkpoints[at].Size == s.Size {
			return l.checkpoints[at], nil
		}
	}
	s.At = time.Now().UTC()
	l.checkpoints = append(l.checkpoints[:at:at], append([]journal.Signed{s}, l.checkpoints[at:]...)...)
	return s, nil
}

// AmendCheckpoint implements journal.Store.
func (m *Memory) AmendCheckpoint(_ context.Context, log string, size int64, change func(*journal.Signed) error) (journal.Signed, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for i, s := range m.log(log).checkpoints {
		if s.Size == size {
			s.Note = bytes.Clone(s.Note)
			if err := change(&s); err != nil {
				return s, err
			}
			m.log(log).checkpoints[i] = s
			return s, nil
		}
	}
	return journal.Signed{}, journal.Refuse(journal.CodeAbsent, "no such checkpoint")
}

// CheckpointAt implements journal.Store.
func (m *Memory) CheckpointAt(_ context.Context, log string, size int64) (journal.Signed, error) {
	return m.find(log, false, func(s journal.Signed) bool { return s.Size == size })
}

// FirstCheckpoint implements journal.Store.
func (m *Memory) FirstCheckpoint(_ context.Context, log string, index int64, k int) (journal.Signed, error) {
	return m.find(log, false, func(s journal.Signed) bool { return s.Size > index && s.Cosigned >= k })
}

// LastCheckpoint implements journal.Store.
func (m *Memory) LastCheckpoint(_ context.Context, log string, k int) (journal.Signed, error) {
	return m.find(log, true, func(s journal.Signed) bool { return s.Cosigned >= k })
}

func (m *Memory) find(log string, last bool, wanted func(journal.Signed) bool) (out journal.Signed, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	err = journal.Refuse(journal.CodeAbsent, "no such checkpoint")
	for _, s := range m.log(log).checkpoints {
		if wanted(s) {
			out, err = s, nil
			if !last {
				return out, nil
			}
		}
	}
	return out, err
}
