package telemetry

import (
	"strings"
	"testing"

	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
)

func TestIDsAreHexadecimal(t *testing.T) {
	span := &tracepb.Span{
		TraceId: []byte{0xab, 1}, SpanId: []byte{0xcd, 2}, ParentSpanId: []byte{0xef, 3}, Name: "traceId",
	}
	text, err := encode(&tracepb.TracesData{ResourceSpans: []*tracepb.ResourceSpans{{
		ScopeSpans: []*tracepb.ScopeSpans{{Spans: []*tracepb.Span{span}}},
	}}})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"traceId":"ab01"`, `"spanId":"cd02"`, `"parentSpanId":"ef03"`, `"name":"traceId"`} {
		if !strings.Contains(string(text), want) {
			t.Errorf("%s lacks %s", text, want)
		}
	}
}
