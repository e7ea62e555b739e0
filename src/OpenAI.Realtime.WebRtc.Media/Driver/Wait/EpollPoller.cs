using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using OpenAI.Realtime.WebRtc.Engine.Core;

namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>Linux: epoll, edge-triggered, and an eventfd to be woken by. Its ports call recvfrom and sendto directly, which throw nothing.</summary>
internal sealed unsafe class EpollPoller : ISocketPoller
{
    private const int MaxEvents = 64;

    // struct epoll_event is packed on x86: 12 bytes there, 16 elsewhere; its data are the last eight either way.
    private static readonly int s_eventSize = RuntimeInformation.ProcessArchitecture is Architecture.X64 or Architecture.X86 ? 12 : 16;

    private readonly ConcurrentDictionary<long, PolledSocket> _sockets = new();
    private readonly int _epoll;
    private readonly int _wakeUp;
    private long _lastId;

    private EpollPoller(int epoll, int wakeUp)
    {
        _epoll = epoll;
        _wakeUp = wakeUp;
    }

    /// <summary>Makes one; null where the system has no epoll.</summary>
    public static EpollPoller? TryCreate()
    {
        if (!OperatingSystem.IsLinux())
            return null;
        try
        {
            int epoll = LinuxNative.epoll_create1(LinuxNative.CloseOnExec);
            int wakeUp = LinuxNative.eventfd(0, LinuxNative.CloseOnExec | LinuxNative.NonBlocking);
            if (epoll >= 0 && wakeUp >= 0 && Control(epoll, LinuxNative.EpollAdd, wakeUp, 0, LinuxNative.EpollIn))
                return new EpollPoller(epoll, wakeUp);
            if (epoll >= 0)
                _ = LinuxNative.close(epoll);
            if (wakeUp >= 0)
                _ = LinuxNative.close(wakeUp);
            return null; // a sandbox that forbids it
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            return null;
        }
    }

    public UdpPort Open(IPAddress address, PortRange? ports = null) => new Port(address, ports);

    public void Add(PolledSocket socket)
    {
        socket.PollId = Interlocked.Increment(ref _lastId);
        _sockets[socket.PollId] = socket;
        // Edge-triggered, so that room to write, which UDP has nearly always, is reported when it comes and not for as long as it is there.
        uint events = socket is UdpPort ? LinuxNative.EpollIn : LinuxNative.EpollIn | LinuxNative.EpollOut;
        if (Control(_epoll, LinuxNative.EpollAdd, (int)socket.Socket.Handle, socket.PollId, events))
            return;
        var error = new SocketException(); // takes the error from errno
        _sockets.TryRemove(socket.PollId, out _);
        throw error;
    }

    public void Remove(PolledSocket socket)
    {
        if (_sockets.TryRemove(socket.PollId, out _))
            Control(_epoll, LinuxNative.EpollDelete, (int)socket.Socket.Handle, socket.PollId, LinuxNative.EpollIn);
    }

    public void Rearm(PolledSocket socket)
    {
        // Edge-triggered: what comes after the read that found nothing is reported anew.
    }

    public int Wait(int milliseconds, Span<PolledSocket?> ready)
    {
        byte* events = stackalloc byte[MaxEvents * 16];
        int reported = LinuxNative.epoll_wait(_epoll, events, Math.Min(MaxEvents, ready.Length), milliseconds);
        int count = 0;
        for (int i = 0; i < reported; i++)
        {
            long id = Marshal.ReadInt64((nint)(events + i * s_eventSize + s_eventSize - 8));
            if (id == 0)
            {
                long wakes;
                _ = LinuxNative.read(_wakeUp, &wakes, sizeof(long));
            }
            else if (_sockets.TryGetValue(id, out PolledSocket? socket)) // it may have been removed while the event was on its way
            {
                socket.MarkReady();
                ready[count++] = socket;
            }
        }

        return count;
    }

    public void Wake()
    {
        long one = 1;
        _ = LinuxNative.write(_wakeUp, &one, sizeof(long));
    }

    public void Dispose()
    {
        _ = LinuxNative.close(_epoll);
        _ = LinuxNative.close(_wakeUp);
    }

    private static bool Control(int epoll, int operation, int fileDescriptor, long id, uint events)
    {
        byte* item = stackalloc byte[16];
        new Span<byte>(item, 16).Clear();
        *(uint*)item = events | LinuxNative.EpollEdgeTriggered;
        Marshal.WriteInt64((nint)(item + s_eventSize - 8), id);
        return LinuxNative.epoll_ctl(epoll, operation, fileDescriptor, item) == 0;
    }

    private sealed class Port(IPAddress address, PortRange? ports) : UdpPort(address, ports)
    {
        private int FileDescriptor => (int)Socket.Handle;

        public override bool TryReceive(Span<byte> buffer, out int length, out TransportAddress remote)
        {
            byte* from = stackalloc byte[LinuxNative.SocketAddressSize];
            while (true)
            {
                int fromLength = LinuxNative.SocketAddressSize;
                nint received;
                fixed (byte* to = buffer)
                    received = LinuxNative.recvfrom(FileDescriptor, to, buffer.Length, LinuxNative.DoNotWait | LinuxNative.TellRealLength, from, &fromLength);
                if (received < 0)
                {
                    // EINTR, and an ICMP error of an earlier send: nothing was read, something may be waiting still.
                    int error = Marshal.GetLastPInvokeError();
                    if (error is LinuxNative.Interrupted or LinuxNative.ConnectionRefused)
                        continue;
                    length = 0;
                    remote = default;
                    return false;
                }

                // No protocol of ours makes a datagram larger than the buffer: it was cut, and is handed on as an empty one, which is dropped and counted.
                length = received > buffer.Length ? 0 : (int)received;
                remote = ReadSocketAddress(new ReadOnlySpan<byte>(from, fromLength));
                return true;
            }
        }

        protected override SendOutcome Send(ReadOnlySpan<byte> datagram, SocketAddress remote)
        {
            while (true)
            {
                nint sent;
                fixed (byte* from = datagram)
                fixed (byte* to = remote.Buffer.Span)
                    sent = LinuxNative.sendto(FileDescriptor, from, datagram.Length, LinuxNative.DoNotWait, to, remote.Size);
                if (sent >= 0)
                    return SendOutcome.Sent;
                switch (Marshal.GetLastPInvokeError())
                {
                    case LinuxNative.Interrupted:
                        continue;
                    case LinuxNative.WouldBlock or LinuxNative.NoBuffers:
                        return SendOutcome.BufferFull;
                    case LinuxNative.NetworkUnreachable or LinuxNative.HostUnreachable or LinuxNative.AddressNotAvailable:
                        return SendOutcome.Unreachable;
                    case LinuxNative.MessageSize:
                        return SendOutcome.TooLarge;
                    case LinuxNative.ConnectionRefused:
                        return SendOutcome.Refused;
                    default:
                        return SendOutcome.Failed;
                }
            }
        }
    }
}
