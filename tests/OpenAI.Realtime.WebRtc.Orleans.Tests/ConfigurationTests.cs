using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using OpenAI.Realtime.WebRtc.Agents;
using Orleans;
using Orleans.Hosting;

namespace OpenAI.Realtime.WebRtc.Orleans.Tests;

/// <summary>What is wrong with a silo is said when it starts.</summary>
public sealed class ConfigurationTests
{
    [Fact]
    public async Task A_silo_that_lacks_what_calls_need_does_not_start_and_names_all_of_it()
    {
        string message = await FailureAsync(silo => silo.AddCallAgents(_ => { }));
        Assert.Contains("CreateAgent", message, StringComparison.Ordinal);
        Assert.Contains("AddMemoryGrainStorageAsDefault", message, StringComparison.Ordinal);
        Assert.Contains("UseInMemoryReminderService", message, StringComparison.Ordinal);
        Assert.Contains("AddOpenAIRealtimeWebRtc", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_reminder_that_Orleans_would_refuse_is_refused_at_the_start_with_both_options_named()
    {
        string message = await FailureAsync(silo => Complete(silo).AddCallAgents(o => (o.CreateAgent, o.ReminderPeriod) = (_ => new VoiceAgent(), TimeSpan.FromSeconds(10))));
        Assert.Contains("CallAgentOptions.ReminderPeriod is 00:00:10", message, StringComparison.Ordinal);
        Assert.Contains("ReminderOptions.MinimumReminderPeriod, which is 00:01:00", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_that_nobody_has_registered_is_missed_by_its_name()
    {
        string message = await FailureAsync(silo => Complete(silo).AddCallAgents(o => (o.CreateAgent, o.ClientName) = (_ => new VoiceAgent(), "second")));
        Assert.Contains("'second'", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7200)]
    public async Task A_period_out_of_its_range_is_refused(int seconds)
    {
        string message = await FailureAsync(silo => Complete(silo).AddCallAgents(o => (o.CreateAgent, o.ReminderPeriod) = (_ => new VoiceAgent(), TimeSpan.FromSeconds(seconds))));
        Assert.Contains("between 1 second and 1 hour", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_silo_that_has_everything_has_nothing_to_say()
    {
        using IHost host = HostOf(silo => Complete(silo)
            .Configure<ReminderOptions>(reminders => reminders.MinimumReminderPeriod = TimeSpan.FromSeconds(5))
            .AddCallAgents(o => (o.CreateAgent, o.ReminderPeriod) = (_ => new VoiceAgent(), TimeSpan.FromSeconds(10))));
        host.Services.GetRequiredService<IStartupValidator>().Validate();
    }

    private static ISiloBuilder Complete(ISiloBuilder silo)
    {
        silo.Services.AddOpenAIRealtimeWebRtc(options => options.ApiKey = "key");
        return silo.AddMemoryGrainStorageAsDefault().UseInMemoryReminderService();
    }

    private static async Task<string> FailureAsync(Action<ISiloBuilder> configure)
    {
        using IHost host = HostOf(configure);
        return (await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync())).Message;
    }

    private static IHost HostOf(Action<ISiloBuilder> configure)
    {
        HostApplicationBuilder builder = Host.CreateApplicationBuilder();
        builder.UseOrleans(silo => configure(silo.UseLocalhostClustering()));
        return builder.Build();
    }
}
