package devqtsp

import (
	"crypto"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"os"
	"path/filepath"
)

func writeKey(file string, key crypto.Signer) error {
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return fmt.Errorf("encode key: %w", err)
	}
	return writePEM(file, "PRIVATE KEY", der, 0o600)
}

func writePEM(file, kind string, der []byte, mode os.FileMode) error {
	return writeFile(file, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), mode)
}

func writeJSON(file string, value any, mode os.FileMode) error {
	raw, err := json.MarshalIndent(value, "", "  ")
	if err != nil {
		return fmt.Errorf("encode %s: %w", filepath.Base(file), err)
	}
	return writeFile(file, append(raw, '\n'), mode)
}

// writeFile replaces a file atomically: readers see the old or the new one, never half.
func writeFile(file string, data []byte, mode os.FileMode) error {
	folder := filepath.Dir(file)
	folderMode := os.FileMode(0o755)
	if filepath.Base(folder) == privateDir {
		folderMode = 0o700
	}
	if err := os.MkdirAll(folder, folderMode); err != nil {
		return fmt.Errorf("make folder: %w", err)
	}
	temporary, err := os.CreateTemp(folder, ".new-*")
	if err != nil {
		return fmt.Errorf("make file: %w", err)
	}
	defer os.Remove(temporary.Name()) // fails after the rename, as it should
	_, err = temporary.Write(data)
	if closing := temporary.Close(); err == nil {
		err = closing
	}
	if err == nil {
		err = os.Chmod(temporary.Name(), mode)
	}
	if err == nil {
		err = os.Rename(temporary.Name(), file)
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", filepath.Base(file), err)
	}
	return nil
}

func readPEM(file, kind string) ([]byte, error) {
	raw, err := os.ReadFile(file)
	if err != nil {
		return nil, &Error{Code: CodeCorrupt, Detail: filepath.Base(file), Cause: err}
	}
	block, _ := pem.Decode(raw)
	if block == nil || block.Type != kind {
		return nil, &Error{Code: CodeCorrupt, Detail: filepath.Base(file) + " holds no " + kind}
	}
	return block.Bytes, nil
}
