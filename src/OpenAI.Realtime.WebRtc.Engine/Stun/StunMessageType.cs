namespace OpenAI.Realtime.WebRtc.Engine.Stun;

/// <summary>The four classes of message (RFC 8489 §5).</summary>
internal enum StunClass
{
    Request = 0b00,
    Indication = 0b01,
    SuccessResponse = 0b10,
    ErrorResponse = 0b11,
}

/// <summary>The one method that ICE uses (RFC 8489 §18.2).</summary>
internal enum StunMethod
{
    Binding = 0x001,
}

/// <summary>
/// Method and class, their bits interleaved (RFC 8489 §5, figure 3):
/// <code>
///    0                 1
///    2  3  4 5 6 7 8 9 0 1 2 3 4 5
///   +--+--+-+-+-+-+-+-+-+-+-+-+-+-+
///   |M |M |M|M|M|C|M|M|M|C|M|M|M|M|
///   |11|10|9|8|7|1|6|5|4|0|3|2|1|0|
///   +--+--+-+-+-+-+-+-+-+-+-+-+-+-+
/// </code>
/// </summary>
internal readonly record struct StunMessageType(ushort Value)
{
    public static StunMessageType BindingRequest => From(StunMethod.Binding, StunClass.Request);

    public static StunMessageType BindingSuccess => From(StunMethod.Binding, StunClass.SuccessResponse);

    public static StunMessageType BindingError => From(StunMethod.Binding, StunClass.ErrorResponse);

    public StunClass Class => (StunClass)(((Value >> 7) & 0b10) | ((Value >> 4) & 0b01));

    public StunMethod Method => (StunMethod)(((Value >> 2) & 0xF80) | ((Value >> 1) & 0x070) | (Value & 0x00F));

    public static StunMessageType From(StunMethod method, StunClass @class)
    {
        int m = (int)method;
        int c = (int)@class;
        return new((ushort)(((m & 0xF80) << 2) | ((m & 0x070) << 1) | (m & 0x00F) | ((c & 0b10) << 7) | ((c & 0b01) << 4)));
    }

    public override string ToString() => $"{Method} {Class}";
}
