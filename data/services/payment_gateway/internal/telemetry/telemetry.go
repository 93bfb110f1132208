// Package telemetry sets up the OpenTelemetry SDK and hands it what the start has noted.
package telemetry

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace"
	"go.opentelemetry.io/otel/sdk/resource"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"

	"example.com/marks"
)

// Provider is the SDK at work.
type Provider struct {
	provider *sdk.TracerProvider
}

// Open finds out what the service runs on, which takes questions to the metadata service,
// and begins to write spans to a file, as OTLP JSON.
func Open(ctx context.Context, file string, metadata []string) (*Provider, error) {
	about := []attribute.KeyValue{attribute.String("service.name", "payment_gateway")}
	for _, url := range metadata {
		value, err := ask(ctx, url)
		if err != nil {
			return nil, err
		}
		about = append(about, attribute.String("lab.metadata", value))
	}
	described, err := resource.New(ctx, resource.WithAttributes(about...), resource.WithHost(),
		resource.WithOS(), resource.WithProcessRuntimeVersion(), resource.WithTelemetrySDK())
	if err != nil {
		return nil, err
	}
	exporter, err := otlptrace.New(ctx, &fileClient{path: file})
	if err != nil {
		return nil, err
	}
	provider := sdk.NewTracerProvider(sdk.WithBatcher(exporter), sdk.WithResource(described))
	return &Provider{provider: provider}, nil
}

func ask(ctx context.Context, url string) (string, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return "", err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return "", fmt.Errorf("%s: %s", url, response.Status)
	}
	text, err := io.ReadAll(response.Body)
	return string(text), err
}

// Report makes spans of all marks, below one that spans them, and instants its events.
func (p *Provider) Report(all []marks.Mark) {
	if len(all) == 0 {
		return
	}
	begin, end := all[0].Begin, all[0].End
	for _, m := range all {
		if m.End.After(end) {
			end = m.End
		}
	}
	tracer := p.provider.Tracer("example.com/payment_gateway")
	ctx, start := tracer.Start(context.Background(), "start", trace.WithTimestamp(begin))
	for _, m := range all {
		if m.Kind == "instant" {
			start.AddEvent(m.Name, trace.WithTimestamp(m.Begin))
			continue
		}
		_, span := tracer.Start(ctx, m.Name, trace.WithTimestamp(m.Begin), trace.WithAttributes(attributes(m)...))
		span.End(trace.WithTimestamp(m.End))
	}
	start.End(trace.WithTimestamp(end))
}

func attributes(m marks.Mark) []attribute.KeyValue {
	about := []attribute.KeyValue{
		attribute.String("lane", m.Lane), attribute.String("category", m.Category),
	}
	if m.Measured != "" {
		about = append(about, attribute.String("cpu_of", m.Measured),
			attribute.Int64("cpu_ns", int64(m.CPU)), attribute.Int64("wait_ns", int64(m.Wait())),
			attribute.Int64("asked_ns", m.Asked.UnixNano()))
	}
	return about
}

// Close writes what is left.
func (p *Provider) Close(ctx context.Context) error {
	return errors.Join(p.provider.ForceFlush(ctx), p.provider.Shutdown(ctx))
}
