// Package config reads the service's configuration file: where its peers are, and how much
// each part of the start has to do.
package config

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// Config is config/gateway.json.
type Config struct {
	Listen    Listen    `json:"listen"`
	Peers     []string  `json:"peers"`
	Database  Database  `json:"database"`
	Cache     Cache     `json:"cache"`
	Fraud     Fraud     `json:"fraud"`
	Ledger    Ledger    `json:"ledger"`
	OpenSSL   OpenSSL   `json:"openssl"`
	Keys      Keys      `json:"keys"`
	RPC       RPC       `json:"rpc"`
	Telemetry Telemetry `json:"telemetry"`
}

// Listen are the addresses served.
type Listen struct {
	HTTP  string `json:"http"`
	HTTPS string `json:"https"`
	RPC   string `json:"rpc"`
}

// Database is the PostgreSQL that holds the payments.
type Database struct {
	Host       string   `json:"host"`
	Port       uint16   `json:"port"`
	User       string   `json:"user"`
	Credential string   `json:"credential"`
	Name       string   `json:"name"`
	Idle       int      `json:"idle_connections"`
	Timeout    Duration `json:"timeout"`
}

// Cache is the Redis behind Sentinel that holds the sessions.
type Cache struct {
	Sentinels []string `json:"sentinels"`
	Master    string   `json:"master"`
	Idle      int      `json:"idle_connections"`
}

// Fraud is the fraud detection, behind TLS.
type Fraud struct {
	Address string   `json:"address"`
	CAFile  string   `json:"ca_file"`
	Timeout Duration `json:"timeout"`
}

// Ledger is the SQLite file beside the service.
type Ledger struct {
	Migrations int `json:"migrations"`
}

// OpenSSL says where libcrypto may lie and who looks for it.
type OpenSSL struct {
	Users      []string `json:"users"`
	SearchPath []string `json:"search_path"`
	Names      []string `json:"names"`
}

// Keys says how many certificates are made.
type Keys struct {
	Bits    int `json:"bits"`
	Tenants int `json:"tenants"`
}

// RPC says how much there is to register with gRPC.
type RPC struct {
	Services int `json:"services"`
	Messages int `json:"messages"`
}

// Telemetry is where the SDK asks what it runs on.
type Telemetry struct {
	Metadata []string `json:"metadata_urls"`
}

// Duration is a time.Duration written as "10ms".
type Duration time.Duration

// UnmarshalText reads "10ms".
func (d *Duration) UnmarshalText(text []byte) error {
	value, err := time.ParseDuration(string(text))
	*d = Duration(value)
	return err
}

// Read reads ROOT/config/gateway.json.
func Read(root string) (*Config, error) {
	path := filepath.Join(root, "config", "gateway.json")
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var c Config
	if err := json.Unmarshal(text, &c); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return &c, nil
}
