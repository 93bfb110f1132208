package main

import (
	"encoding/binary"
	"net"
	"strings"
	"time"
)

const (
	headerBytes  = 12
	typeA        = 1
	answerFlags  = 0x8580 // response, authoritative, recursion desired and available
	nameUnknown  = 3
	pointToStart = 0xc00c // the answer's name is the question's
)

// serveNames answers A questions for the hosts, waiting before each answer. It
// returns the loop that does so.
func serveNames(address string, delay time.Duration, hosts map[string]net.IP) (func() error, error) {
	conn, err := net.ListenPacket("udp", address)
	if err != nil {
		return nil, err
	}
	return func() error {
		buffer := make([]byte, 1500)
		for {
			n, from, err := conn.ReadFrom(buffer)
			if err != nil {
				return err
			}
			reply := answer(append([]byte(nil), buffer[:n]...), hosts)
			if reply == nil {
				continue
			}
			time.AfterFunc(delay, func() { conn.WriteTo(reply, from) })
		}
	}, nil
}

// answer turns a query into its reply; nil for what is none.
func answer(query []byte, hosts map[string]net.IP) []byte {
	if len(query) < headerBytes || binary.BigEndian.Uint16(query[4:]) != 1 {
		return nil
	}
	name, end := question(query)
	if end == 0 {
		return nil
	}
	ip, known := hosts[name]
	kind := binary.BigEndian.Uint16(query[end-4:])

	reply := append([]byte(nil), query[:2]...)
	flags, answers := uint16(answerFlags), uint16(0)
	if !known {
		flags |= nameUnknown
	} else if kind == typeA {
		answers = 1
	}
	for _, field := range []uint16{flags, 1, answers, 0, 0} {
		reply = binary.BigEndian.AppendUint16(reply, field)
	}
	reply = append(reply, query[headerBytes:end]...)
	if answers == 1 {
		reply = binary.BigEndian.AppendUint16(reply, pointToStart)
		reply = append(reply, 0, typeA, 0, 1, 0, 0, 0, 5) // class IN, five seconds to live
		reply = binary.BigEndian.AppendUint16(reply, uint16(len(ip)))
		reply = append(reply, ip...)
	}
	return reply
}

// question reads the name asked for, in lower case with a full stop at its end, and
// where the question ends; 0 if it is damaged.
func question(query []byte) (name string, end int) {
	var labels strings.Builder
	at := headerBytes
	for at < len(query) && query[at] != 0 {
		next := at + 1 + int(query[at])
		if next > len(query) {
			return "", 0
		}
		labels.Write(query[at+1 : next])
		labels.WriteByte('.')
		at = next
	}
	if end = at + 5; end > len(query) {
		return "", 0
	}
	return strings.ToLower(labels.String()), end
}
