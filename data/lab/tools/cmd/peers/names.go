package main

import (
	"net"
	"strings"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

const secondsToLive = 1

// serveNames answers questions for IPv4 addresses, each after the delay.
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
			var query dnsmessage.Message
			if query.Unpack(buffer[:n]) != nil || len(query.Questions) != 1 {
				continue
			}
			reply, err := answer(query, hosts)
			if err != nil {
				return err
			}
			time.AfterFunc(delay, func() { conn.WriteTo(reply, from) })
		}
	}, nil
}

func answer(query dnsmessage.Message, hosts map[string]net.IP) ([]byte, error) {
	question := query.Questions[0]
	reply := dnsmessage.Message{
		Header: dnsmessage.Header{
			ID: query.ID, Response: true, Authoritative: true,
			RecursionDesired: query.RecursionDesired, RecursionAvailable: true,
		},
		Questions: query.Questions,
	}
	ip, known := hosts[strings.ToLower(question.Name.String())]
	switch {
	case !known:
		reply.RCode = dnsmessage.RCodeNameError
	case question.Type == dnsmessage.TypeA:
		reply.Answers = []dnsmessage.Resource{{
			Header: dnsmessage.ResourceHeader{
				Name: question.Name, Type: question.Type, Class: question.Class, TTL: secondsToLive,
			},
			Body: &dnsmessage.AResource{A: [4]byte(ip)},
		}}
	}
	return reply.Pack()
}
