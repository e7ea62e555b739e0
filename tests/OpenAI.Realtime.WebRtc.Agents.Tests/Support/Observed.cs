using System.Diagnostics;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace OpenAI.Realtime.WebRtc.Agents.Tests.Support;

/// <summary>
/// What OpenTelemetry's SDK gathers of the package. Other tests of this process hold conversations meanwhile: a test finds its own by names that it alone gives to its agent and its model.
/// </summary>
internal sealed class Observed : IDisposable
{
    private readonly List<Activity> _spans = [];
    private readonly List<MetricSnapshot> _metrics = [];
    private readonly TracerProvider _tracing;
    private readonly MeterProvider _metering;

    public Observed()
    {
        _tracing = Sdk.CreateTracerProviderBuilder().AddSource("OpenAI.Realtime.WebRtc.Agents").AddInMemoryExporter(_spans).Build();
        _metering = Sdk.CreateMeterProviderBuilder().AddMeter("OpenAI.Realtime.WebRtc.Agents").AddInMemoryExporter(_metrics).Build();
    }

    /// <summary>The spans of one conversation, in the order in which they began. Nothing is gathered from now on.</summary>
    public IReadOnlyList<Activity> SpansOf(string agent)
    {
        Dispose();
        Activity whole = _spans.Single(span => span.DisplayName == $"conversation {agent}");
        return [.. _spans.Where(span => span.TraceId == whole.TraceId).OrderBy(span => span.StartTimeUtc).ThenBy(span => span != whole)];
    }

    /// <summary>The points of a metric that have a tag of this value. Nothing is gathered from now on.</summary>
    public IReadOnlyList<MetricPoint> PointsOf(string metric, string tag, string value)
    {
        Dispose();
        List<MetricPoint> points = [];
        foreach (MetricPoint point in _metrics.Last(m => m.Name == metric).MetricPoints)
        {
            if ((string?)Tag(point, tag) == value)
                points.Add(point);
        }

        return points;
    }

    public static object? Tag(MetricPoint point, string name)
    {
        foreach (KeyValuePair<string, object?> tag in point.Tags)
        {
            if (tag.Key == name)
                return tag.Value;
        }

        return null;
    }

    public void Dispose()
    {
        _tracing.Dispose();
        _metering.Dispose();
    }
}
