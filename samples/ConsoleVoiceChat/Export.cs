using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace ConsoleVoiceChat;

/// <summary>
/// Sends spans and metrics by OTLP to where OpenTelemetry's own variables say, such as <c>OTEL_EXPORTER_OTLP_ENDPOINT=http://localhost:4317</c>: docs/telemetry.md. Without that variable nothing is gathered.
/// </summary>
internal sealed class Export : IDisposable
{
    private const string Ours = "OpenAI.Realtime.WebRtc*";      // the SDK's, and that of agents

    private readonly TracerProvider _tracing;
    private readonly MeterProvider _metering;

    private Export()
    {
        ResourceBuilder program = ResourceBuilder.CreateDefault().AddService("ConsoleVoiceChat");
        _tracing = Sdk.CreateTracerProviderBuilder().SetResourceBuilder(program).AddSource(Ours).AddOtlpExporter().Build();
        _metering = Sdk.CreateMeterProviderBuilder().SetResourceBuilder(program).AddMeter(Ours).AddOtlpExporter().Build();
    }

    /// <summary>Begins; null where nobody asked for it.</summary>
    public static Export? Start() => string.IsNullOrEmpty(Environment.GetEnvironmentVariable("OTEL_EXPORTER_OTLP_ENDPOINT")) ? null : new Export();

    /// <summary>Sends what is left.</summary>
    public void Dispose()
    {
        _tracing.Dispose();
        _metering.Dispose();
    }
}
