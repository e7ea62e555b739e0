using System.Runtime.InteropServices;

namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>The few system calls that <see cref="EpollPoller"/> makes. Names as in the manual; numbers as in Linux's generic headers.</summary>
internal static unsafe partial class LinuxNative
{
    public const int CloseOnExec = 0x80000;  // EPOLL_CLOEXEC, EFD_CLOEXEC
    public const int NonBlocking = 0x800;    // EFD_NONBLOCK
    public const int EpollAdd = 1;           // EPOLL_CTL_ADD
    public const int EpollDelete = 2;        // EPOLL_CTL_DEL
    public const uint EpollIn = 1;
    public const uint EpollOut = 4;
    public const uint EpollEdgeTriggered = 1u << 31;
    public const int DoNotWait = 0x40;       // MSG_DONTWAIT
    public const int TellRealLength = 0x20;  // MSG_TRUNC
    public const int SocketAddressSize = 28; // sockaddr_in6

    public const int Interrupted = 4;        // EINTR
    public const int WouldBlock = 11;        // EAGAIN
    public const int MessageSize = 90;       // EMSGSIZE
    public const int AddressNotAvailable = 99; // EADDRNOTAVAIL
    public const int NetworkUnreachable = 101; // ENETUNREACH
    public const int NoBuffers = 105;        // ENOBUFS
    public const int ConnectionRefused = 111; // ECONNREFUSED
    public const int HostUnreachable = 113;  // EHOSTUNREACH

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int epoll_create1(int flags);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int epoll_ctl(int epoll, int operation, int fileDescriptor, byte* item);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int epoll_wait(int epoll, byte* events, int count, int milliseconds);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int eventfd(uint initial, int flags);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial nint recvfrom(int socket, byte* buffer, nint length, int flags, byte* from, int* fromLength);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial nint sendto(int socket, byte* buffer, nint length, int flags, byte* to, int toLength);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial nint read(int fileDescriptor, void* buffer, nint length);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial nint write(int fileDescriptor, void* buffer, nint length);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int close(int fileDescriptor);
}
