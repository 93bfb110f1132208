// Package certificate makes the keys and certificates that the service presents: one a
// tenant, with keys in memory only.
package certificate

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"math/big"
	"time"
)

// Make makes a self-signed certificate for each of the tenants.
func Make(tenants, bits int) ([]tls.Certificate, error) {
	made := make([]tls.Certificate, 0, tenants)
	for i := range tenants {
		one, err := selfSigned(fmt.Sprintf("tenant%02d.gateway.lab.example", i), bits)
		if err != nil {
			return nil, fmt.Errorf("certificate of tenant %d: %w", i, err)
		}
		made = append(made, one)
	}
	return made, nil
}

func selfSigned(name string, bits int) (tls.Certificate, error) {
	key, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		return tls.Certificate{}, err
	}
	now := time.Now()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(now.UnixNano()),
		Subject:      pkix.Name{CommonName: name},
		NotBefore:    now.Add(-time.Hour),
		NotAfter:     now.Add(24 * time.Hour),
		KeyUsage:     x509.KeyUsageDigitalSignature,
		ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		DNSNames:     []string{name, "localhost"},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return tls.Certificate{}, err
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, nil
}
