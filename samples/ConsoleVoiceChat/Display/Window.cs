using Spectre.Console.Rendering;

namespace ConsoleVoiceChat.Display;

/// <summary>The first lines of something that may be longer; or its newest lines, in as many rows as given however few there are.</summary>
internal sealed class Window(IRenderable content, int rows, bool newest = false) : Renderable
{
    protected override IEnumerable<Segment> Render(RenderOptions options, int maxWidth)
    {
        List<SegmentLine> lines = Segment.SplitLines(content.Render(options, maxWidth), maxWidth);
        IEnumerable<SegmentLine> shown = newest ? lines.TakeLast(rows).Concat(Enumerable.Repeat(new SegmentLine(), Math.Max(0, rows - lines.Count))) : lines.Take(rows);
        return shown.SelectMany(line => line.Append(Segment.LineBreak));
    }
}
