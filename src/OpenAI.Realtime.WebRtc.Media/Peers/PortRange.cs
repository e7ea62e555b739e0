using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>Ports from <see cref="First"/> to <see cref="Last"/>, both included: 1 to 65535. Written as <c>40000-40100</c>, or as <c>3478</c> where it is one.</summary>
[TypeConverter(typeof(PortRangeConverter))]
public readonly record struct PortRange : IParsable<PortRange>
{
    /// <summary>Makes one of several ports.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A port is not from 1 to 65535, or the last is before the first.</exception>
    public PortRange(int first, int last)
    {
        if (first is < 1 or > ushort.MaxValue)
            throw new ArgumentOutOfRangeException(nameof(first), first, "A port is from 1 to 65535.");
        if (last is < 1 or > ushort.MaxValue)
            throw new ArgumentOutOfRangeException(nameof(last), last, "A port is from 1 to 65535.");
        if (last < first)
            throw new ArgumentOutOfRangeException(nameof(last), last, string.Create(CultureInfo.InvariantCulture, $"The last port must not be before the first, {first}."));
        (First, Last) = (first, last);
    }

    /// <summary>Makes one of a single port.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The port is not from 1 to 65535.</exception>
    public PortRange(int port)
        : this(port, port)
    {
    }

    /// <summary>The first port. 0 of a <c>default</c> value alone, which no option takes.</summary>
    public int First { get; }

    /// <summary>The last port, which is one of them.</summary>
    public int Last { get; }

    /// <summary>How many ports there are.</summary>
    public int Count => First == 0 ? 0 : Last - First + 1;

    /// <summary>Reads <c>40000-40100</c> or <c>3478</c>.</summary>
    /// <exception cref="FormatException">It is neither.</exception>
    public static PortRange Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return TryParse(text, out PortRange range)
            ? range
            : throw new FormatException($"\"{text}\" is no range of ports: write the first and the last, as in 40000-40100, or one alone, as in 3478; each is from 1 to 65535.");
    }

    /// <summary>Reads <c>40000-40100</c> or <c>3478</c>; false for anything else.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out PortRange range)
    {
        range = default;
        ReadOnlySpan<char> trimmed = text.AsSpan().Trim();
        int dash = trimmed.IndexOf('-');
        if (!TryParsePort(dash < 0 ? trimmed : trimmed[..dash], out int first))
            return false;
        int last = first;
        if (dash >= 0 && (!TryParsePort(trimmed[(dash + 1)..], out last) || last < first))
            return false;
        range = new PortRange(first, last);
        return true;
    }

    static PortRange IParsable<PortRange>.Parse(string s, IFormatProvider? provider) => Parse(s);

    static bool IParsable<PortRange>.TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out PortRange result) => TryParse(s, out result);

    /// <summary>As it is read: <c>40000-40100</c>, or <c>3478</c>.</summary>
    public override string ToString() => First == Last
        ? First.ToString(CultureInfo.InvariantCulture)
        : string.Create(CultureInfo.InvariantCulture, $"{First}-{Last}");

    private static bool TryParsePort(ReadOnlySpan<char> text, out int port) =>
        int.TryParse(text.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out port) && port is >= 1 and <= ushort.MaxValue;

    /// <summary>Lets configuration and designers read it from a string.</summary>
    private sealed class PortRangeConverter : TypeConverter
    {
        public override bool CanConvertFrom(ITypeDescriptorContext? context, Type sourceType) => sourceType == typeof(string) || base.CanConvertFrom(context, sourceType);

        public override object? ConvertFrom(ITypeDescriptorContext? context, CultureInfo? culture, object value) =>
            value is string text ? Parse(text) : base.ConvertFrom(context, culture, value);

        public override object? ConvertTo(ITypeDescriptorContext? context, CultureInfo? culture, object? value, Type destinationType) =>
            value is PortRange range && destinationType == typeof(string) ? range.ToString() : base.ConvertTo(context, culture, value, destinationType);
    }
}
