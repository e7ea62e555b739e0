using System.Text;
using Microsoft.Extensions.Time.Testing;
using OpenAI.Realtime.WebRtc.Keys;
using OpenAI.Realtime.WebRtc.Tests.Support;

namespace OpenAI.Realtime.WebRtc.Tests.Keys;

public sealed class CachingEphemeralKeyProviderTests
{
    private readonly FakeTimeProvider _clock = new();
    private readonly Mint _mint;
    private readonly CachingEphemeralKeyProvider _cache;

    public CachingEphemeralKeyProviderTests()
    {
        _mint = new Mint(_clock);
        _cache = new CachingEphemeralKeyProvider(_mint, TimeSpan.FromSeconds(15), _clock);
    }

    [Fact]
    public async Task A_key_is_used_again_until_shortly_before_it_expires()
    {
        EphemeralKey first = await _cache.GetKeyAsync(Request());
        _clock.Advance(TimeSpan.FromSeconds(600 - 16));
        EphemeralKey second = await _cache.GetKeyAsync(Request());
        _clock.Advance(TimeSpan.FromSeconds(1));
        EphemeralKey third = await _cache.GetKeyAsync(Request());

        Assert.False(first.IsCached);
        Assert.Equal(first.Value, second.Value);
        Assert.True(second.IsCached);
        Assert.NotEqual(first.Value, third.Value);
        Assert.Equal(2, _mint.Count);
    }

    [Fact]
    public async Task A_key_never_serves_another_session_configuration()
    {
        await _cache.GetKeyAsync(Request("""{"voice":"marin"}"""));
        await _cache.GetKeyAsync(Request("""{"voice":"cedar"}"""));
        await _cache.GetKeyAsync(Request(null));
        Assert.Equal(3, _mint.Count);
    }

    [Fact]
    public async Task A_key_never_serves_another_safety_identifier()
    {
        await _cache.GetKeyAsync(Request(safetyIdentifier: null));
        await _cache.GetKeyAsync(Request(safetyIdentifier: ""));
        await _cache.GetKeyAsync(Request(safetyIdentifier: "alice"));
        await _cache.GetKeyAsync(Request(safetyIdentifier: "bob"));
        Assert.Equal(4, _mint.Count);
    }

    [Fact]
    public async Task The_same_configuration_written_differently_shares_a_key()
    {
        await _cache.GetKeyAsync(Request("""{"model":"m","audio":{"output":{"voice":"v","speed":1}}}"""));
        await _cache.GetKeyAsync(Request("""{ "audio" : {"output":{"speed":1,"voice":"\u0076"}}, "model":"m" }"""));
        Assert.Equal(1, _mint.Count);
    }

    [Fact]
    public async Task A_refused_key_is_replaced_once_for_all_who_hold_it()
    {
        EphemeralKey key = await _cache.GetKeyAsync(Request());
        EphemeralKey replaced = await _cache.GetKeyAsync(Request(refused: key));
        EphemeralKey alsoReplaced = await _cache.GetKeyAsync(Request(refused: key));

        Assert.NotEqual(key.Value, replaced.Value);
        Assert.Equal(replaced.Value, alsoReplaced.Value);
        Assert.Equal(2, _mint.Count);
    }

    [Fact]
    public async Task Callers_at_the_same_time_share_one_mint()
    {
        _mint.Hold = new TaskCompletionSource();
        Task<EphemeralKey>[] callers = [.. Enumerable.Range(0, 10).Select(_ => _cache.GetKeyAsync(Request()).AsTask())];
        _mint.Hold.SetResult();
        EphemeralKey[] keys = await Task.WhenAll(callers).Within();

        Assert.Single(keys.Select(k => k.Value).Distinct());
        Assert.Equal(1, _mint.Count);
    }

    [Fact]
    public async Task A_caller_who_gives_up_does_not_take_the_key_from_the_others()
    {
        _mint.Hold = new TaskCompletionSource();
        using var impatient = new CancellationTokenSource();
        Task<EphemeralKey> first = _cache.GetKeyAsync(Request(), impatient.Token).AsTask();
        Task<EphemeralKey> second = _cache.GetKeyAsync(Request()).AsTask();
        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first.Within());
        _mint.Hold.SetResult();
        Assert.Equal("ek_1", (await second.Within()).Value);
        Assert.Equal(1, _mint.Count);
    }

    [Fact]
    public async Task A_mint_that_nobody_waits_for_any_more_is_cancelled()
    {
        _mint.Hold = new TaskCompletionSource();
        using var impatient = new CancellationTokenSource();
        Task<EphemeralKey> only = _cache.GetKeyAsync(Request(), impatient.Token).AsTask();
        await _mint.Asked.Task.Within();
        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => only.Within());
        await _mint.Cancelled.Task.Within();

        _mint.Hold = null;
        Assert.Equal("ek_2", (await _cache.GetKeyAsync(Request())).Value);
    }

    [Fact]
    public async Task A_failure_reaches_all_who_wait_and_is_not_kept()
    {
        _mint.Hold = new TaskCompletionSource();
        Task<EphemeralKey> first = _cache.GetKeyAsync(Request()).AsTask();
        Task<EphemeralKey> second = _cache.GetKeyAsync(Request()).AsTask();
        _mint.Hold.SetException(new InvalidOperationException("no"));
        await Assert.ThrowsAsync<InvalidOperationException>(() => first.Within());
        await Assert.ThrowsAsync<InvalidOperationException>(() => second.Within());

        _mint.Hold = null;
        Assert.Equal("ek_2", (await _cache.GetKeyAsync(Request())).Value);
    }

    [Fact]
    public async Task A_key_whose_expiry_is_not_known_is_not_kept()
    {
        _mint.Lifetime = null;
        await _cache.GetKeyAsync(Request());
        await _cache.GetKeyAsync(Request());
        Assert.Equal(2, _mint.Count);
    }

    [Fact]
    public async Task No_more_than_the_named_number_of_keys_is_kept_and_the_first_to_expire_goes()
    {
        for (int i = 0; i <= CachingEphemeralKeyProvider.MaxKeys; i++)
        {
            await _cache.GetKeyAsync(Request(safetyIdentifier: $"user{i}"));
            _clock.Advance(TimeSpan.FromMilliseconds(1));
        }
        Assert.True((await _cache.GetKeyAsync(Request(safetyIdentifier: $"user{CachingEphemeralKeyProvider.MaxKeys}"))).IsCached);
        Assert.True((await _cache.GetKeyAsync(Request(safetyIdentifier: "user1"))).IsCached);
        Assert.False((await _cache.GetKeyAsync(Request(safetyIdentifier: "user0"))).IsCached);
    }

    private static EphemeralKeyRequest Request(string? session = """{"type":"realtime"}""", string? safetyIdentifier = null, EphemeralKey? refused = null) => new()
    {
        Session = session is null ? default : Encoding.UTF8.GetBytes(session),
        SafetyIdentifier = safetyIdentifier,
        Refused = refused,
    };

    private sealed class Mint(TimeProvider clock) : IEphemeralKeyProvider
    {
        private int _count;

        public int Count => _count;

        public TimeSpan? Lifetime { get; set; } = TimeSpan.FromSeconds(600);

        public TaskCompletionSource? Hold { get; set; }

        public TaskCompletionSource Asked { get; } = new();

        public TaskCompletionSource Cancelled { get; } = new();

        public async ValueTask<EphemeralKey> GetKeyAsync(EphemeralKeyRequest request, CancellationToken cancellationToken = default)
        {
            int number = Interlocked.Increment(ref _count);
            Asked.TrySetResult();
            try
            {
                if (Hold is not null)
                    await Hold.Task.WaitAsync(cancellationToken);
            }
            catch (OperationCanceledException)
            {
                Cancelled.TrySetResult();
                throw;
            }
            return new EphemeralKey($"ek_{number}", clock.GetUtcNow() + Lifetime);
        }
    }
}
