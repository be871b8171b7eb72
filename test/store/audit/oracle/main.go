// Reads a bundle with Go's own implementation of signed notes and transparency logs, and none of ours.
// It is what runs sum.golang.org. The last line is "sound" and a count, or what is wrong.
package main

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type hashes []tlog.Hash

func (h hashes) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	read := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		read[i] = h[index]
	}
	return read, nil
}

func must(err error) {
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
}

func readFile(path string) []byte {
	content, err := os.ReadFile(path)
	must(err)
	return content
}

func hash(text string) tlog.Hash {
	raw, err := base64.StdEncoding.DecodeString(text)
	must(err)
	var h tlog.Hash
	if copy(h[:], raw) != tlog.HashSize {
		must(fmt.Errorf("%q is no hash", text))
	}
	return h
}

func openCheckpoint(signed []byte, origin string, keys note.Verifiers) (int64, tlog.Hash) {
	opened, err := note.Open(signed, keys)
	must(err)
	lines := strings.Split(opened.Text, "\n")
	if lines[0] != origin {
		must(fmt.Errorf("the origin is %q", lines[0]))
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	must(err)
	return size, hash(lines[2])
}

func main() {
	folder := os.Args[1]
	verifier, err := note.NewVerifier(strings.TrimSpace(os.Args[2]))
	must(err)
	keys := note.VerifierList(verifier)
	origin := verifier.Name()

	lines := bytes.Split(bytes.TrimSuffix(readFile(filepath.Join(folder, "events.jsonl")), []byte("\n")), []byte("\n"))
	var stored hashes
	for index, line := range lines {
		more, err := tlog.StoredHashes(int64(index), line, stored)
		must(err)
		stored = append(stored, more...)
	}
	size, root := openCheckpoint(readFile(filepath.Join(folder, "checkpoint.note")), origin, keys)
	computed, err := tlog.TreeHash(size, stored)
	must(err)
	if computed != root {
		must(fmt.Errorf("the root of %d entries is %v and not %v", size, computed, root))
	}

	older, _ := filepath.Glob(filepath.Join(folder, "checkpoints", "*.note"))
	for _, path := range older {
		oldSize, oldRoot := openCheckpoint(readFile(path), origin, keys)
		var proof tlog.TreeProof
		name := strings.TrimSuffix(filepath.Base(path), ".note")
		for _, line := range strings.Fields(string(readFile(filepath.Join(os.Args[3], name+".consistency")))) {
			proof = append(proof, hash(line))
		}
		must(tlog.CheckTree(proof, size, root, oldSize, oldRoot))
	}

	proofs, _ := filepath.Glob(filepath.Join(folder, "proofs", "*.tlog-proof"))
	for _, path := range proofs {
		parts := strings.SplitN(string(readFile(path)), "\n\n", 2)
		head := strings.Split(parts[0], "\n")
		index, err := strconv.ParseInt(strings.TrimPrefix(head[1], "index "), 10, 64)
		must(err)
		var proof tlog.RecordProof
		for _, line := range head[2:] {
			proof = append(proof, hash(line))
		}
		proofSize, proofRoot := openCheckpoint([]byte(parts[1]), origin, keys)
		must(tlog.CheckRecord(proof, proofSize, proofRoot, index, tlog.RecordHash(lines[index])))
	}
	fmt.Printf("sound: %d entries, %d older checkpoints, %d proofs\n", size, len(older), len(proofs))
}
