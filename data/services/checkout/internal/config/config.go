// Package config reads the service's settings from its config folder.
package config

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// Config is everything the service can be told.
type Config struct {
	Service  Service
	Upstream Upstream
	Database Database
	Payments Payments
	Features map[string]bool
}

// Service is config/service.json.
type Service struct {
	Name      string `json:"name"`
	AssetsDir string `json:"assets_dir"`
}

// Upstream is config/upstream.json: the service that hands out signing keys.
type Upstream struct {
	Host    string `json:"host"`
	Port    int    `json:"port"`
	CAFile  string `json:"ca_file"`
	Keys    string `json:"keys_path"`
	Control string `json:"migration_url"`
}

// Database is config/database.json.
type Database struct {
	Host     string     `json:"host"`
	Port     int        `json:"port"`
	User     string     `json:"user"`
	Name     string     `json:"name"`
	BackOff  []Duration `json:"back_off"`
	DialWait Duration   `json:"dial_timeout"`
}

// Payments is config/payments.json: modules and where to look for them.
type Payments struct {
	Modules    []string `json:"modules"`
	Versions   []string `json:"versions"`
	SearchPath []string `json:"search_path"`
}

// Duration is a time.Duration written as "10ms".
type Duration time.Duration

// UnmarshalText reads "10ms".
func (d *Duration) UnmarshalText(text []byte) error {
	value, err := time.ParseDuration(string(text))
	*d = Duration(value)
	return err
}

// Read reads all files of ROOT/config.
func Read(root string) (*Config, error) {
	var c Config
	for _, file := range []struct {
		name string
		into any
	}{
		{"service.json", &c.Service},
		{"upstream.json", &c.Upstream},
		{"database.json", &c.Database},
		{"payments.json", &c.Payments},
		{"features.json", &c.Features},
	} {
		path := filepath.Join(root, "config", file.name)
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		if err := json.Unmarshal(text, file.into); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
	}
	return &c, nil
}
