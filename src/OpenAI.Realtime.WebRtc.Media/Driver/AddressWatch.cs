using System.Net;
using System.Net.NetworkInformation;

namespace OpenAI.Realtime.WebRtc.Media;

/// <summary>Which addresses this machine has, and when that changes.</summary>
internal abstract class AddressWatch
{
    /// <summary>The system's.</summary>
    public static AddressWatch System { get; } = new SystemAddressWatch();

    /// <summary>The addresses that a connection may use now.</summary>
    /// <exception cref="PeerConnectionException">An interface is named that is not there.</exception>
    public abstract IReadOnlyList<IPAddress> Gather(PeerConnectionOptions options);

    /// <summary>Has something done after each change, on a thread of the pool, until the result is disposed; what came just before that may still be told, so it must not throw.</summary>
    public abstract IDisposable Watch(Action changed);

    /// <summary>Told by .NET, which keeps a thread for it on some systems: so it is asked only while there is a call.</summary>
    private sealed class SystemAddressWatch : AddressWatch
    {
        private readonly Lock _gate = new();
        private readonly List<Watcher> _watchers = [];
        private readonly Lock _hookGate = new();
        private bool _isHooked;

        public override IReadOnlyList<IPAddress> Gather(PeerConnectionOptions options) => LocalAddresses.Of(options);

        public override IDisposable Watch(Action changed)
        {
            var watcher = new Watcher(this, changed);
            lock (_gate)
                _watchers.Add(watcher);
            UpdateHook();
            return watcher;
        }

        // Not on the caller's thread, which runs a connection: the first time it takes a millisecond.
        private void UpdateHook() => ThreadPool.UnsafeQueueUserWorkItem(static watch =>
        {
            lock (watch._hookGate)
            {
                bool isWanted;
                lock (watch._gate)
                    isWanted = watch._watchers.Count > 0;
                if (isWanted == watch._isHooked)
                    return;
                try
                {
                    if (isWanted)
                        NetworkChange.NetworkAddressChanged += watch.HandleChange;
                    else
                        NetworkChange.NetworkAddressChanged -= watch.HandleChange;
                    watch._isHooked = isWanted;
                }
                catch (Exception e) when (e is NetworkInformationException or PlatformNotSupportedException)
                {
                    // A system or a sandbox that does not tell: then a lost address is noticed by the silence.
                }
            }
        }, this, preferLocal: false);

        private void HandleChange(object? sender, EventArgs e)
        {
            Watcher[] watchers;
            lock (_gate)
                watchers = [.. _watchers];
            foreach (Watcher watcher in watchers)
                ThreadPool.UnsafeQueueUserWorkItem(static w => w.Changed(), watcher, preferLocal: false);
        }

        private sealed class Watcher(SystemAddressWatch watch, Action changed) : IDisposable
        {
            public Action Changed => changed;

            public void Dispose()
            {
                lock (watch._gate)
                    watch._watchers.Remove(this);
                watch.UpdateHook();
            }
        }
    }
}
