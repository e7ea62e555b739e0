using System.Net;

namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>An address of this machine, and the network interface that has it.</summary>
internal readonly record struct InterfaceAddress(string Interface, IPAddress Address);
