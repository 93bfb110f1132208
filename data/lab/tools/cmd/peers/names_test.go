package main

import (
	"net"
	"testing"

	"golang.org/x/net/dns/dnsmessage"
)

func TestTheNameServerKnowsItsHostsAndNoOthers(t *testing.T) {
	hosts := map[string]net.IP{"database.lab.example.": net.IPv4(198, 51, 100, 10).To4()}
	for _, one := range []struct {
		name    string
		kind    dnsmessage.Type
		code    dnsmessage.RCode
		answers int
	}{
		{"Database.lab.example.", dnsmessage.TypeA, dnsmessage.RCodeSuccess, 1},
		{"database.lab.example.", dnsmessage.TypeAAAA, dnsmessage.RCodeSuccess, 0},
		{"elsewhere.lab.example.", dnsmessage.TypeA, dnsmessage.RCodeNameError, 0},
	} {
		query := dnsmessage.Message{
			Header: dnsmessage.Header{ID: 7, RecursionDesired: true},
			Questions: []dnsmessage.Question{{
				Name: dnsmessage.MustNewName(one.name), Type: one.kind, Class: dnsmessage.ClassINET,
			}},
		}
		text, err := answer(query, hosts)
		if err != nil {
			t.Fatal(err)
		}
		var reply dnsmessage.Message
		if err := reply.Unpack(text); err != nil {
			t.Fatal(err)
		}
		if reply.ID != 7 || !reply.Response || reply.RCode != one.code || len(reply.Answers) != one.answers {
			t.Errorf("%s %s: %+v", one.name, one.kind, reply)
		}
	}
}
