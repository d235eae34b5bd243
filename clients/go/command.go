package fauxkube

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// CommandVariable names the environment variable with the program that serves clusters: a path, or several words.
const CommandVariable = "FAUXKUBE_COMMAND"

const howToInstall = "npm install it (docs/test-kits.md, Installing)"

// findCommand takes the command that was given, that of the environment, what npm installed in this folder or one
// above, or that of the PATH.
func findCommand(given []string) ([]string, error) {
	if len(given) > 0 {
		return given, nil
	}
	if text := strings.TrimSpace(os.Getenv(CommandVariable)); text != "" {
		return words(text), nil
	}
	// Asking npx for it would take a second, and may ask a registry.
	for folder, err := os.Getwd(); err == nil; folder = filepath.Dir(folder) {
		if found, err := exec.LookPath(filepath.Join(folder, "node_modules", ".bin", "fauxkube")); err == nil {
			return []string{found}, nil
		}
		if folder == filepath.Dir(folder) {
			break
		}
	}
	if found, err := exec.LookPath("fauxkube"); err == nil {
		return []string{found}, nil
	}
	return nil, fmt.Errorf("there is no fauxkube here: %s, or set %s", howToInstall, CommandVariable)
}

// words are those of a text, which may be the path of one program with blanks in it.
func words(text string) []string {
	found := strings.Fields(text)
	if _, err := os.Stat(text); err == nil {
		found = []string{text}
	}
	if extension := filepath.Ext(found[0]); extension == ".js" || extension == ".mjs" {
		return append([]string{"node"}, found...)
	}
	return found
}
