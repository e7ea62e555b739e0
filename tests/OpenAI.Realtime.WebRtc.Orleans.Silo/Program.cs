using System.Globalization;
using System.Net;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenAI.Realtime.WebRtc.Agents;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Runtime;
using StackExchange.Redis;

// SILO-PORT GATEWAY-PORT ENDPOINT; what holds secrets is in REDIS and API_KEY.
string redis = Environment.GetEnvironmentVariable("REDIS")!;
int siloPort = int.Parse(args[0], CultureInfo.InvariantCulture), gatewayPort = int.Parse(args[1], CultureInfo.InvariantCulture);
ConnectionMultiplexer database = await ConnectionMultiplexer.ConnectAsync(redis);

HostApplicationBuilder builder = Host.CreateApplicationBuilder();
builder.Logging.ClearProviders().AddSimpleConsole(console => console.SingleLine = true).SetMinimumLevel(LogLevel.Warning);
builder.Services.AddOpenAIRealtimeWebRtc(options =>
{
    options.Endpoint = new Uri(args[2]);
    options.ApiKey = Environment.GetEnvironmentVariable("API_KEY");
});
builder.UseOrleans(silo => silo
    .Configure<ClusterOptions>(cluster => (cluster.ClusterId, cluster.ServiceId) = ("calls", "calls"))
    .ConfigureEndpoints(IPAddress.Loopback, siloPort, gatewayPort)
    .UseRedisClustering(redis)
    .AddRedisGrainStorageAsDefault(storage => storage.ConfigurationOptions = ConfigurationOptions.Parse(redis))
    // Kept in the cluster's own memory, a part of the directory is lost with a host, and with it the place of agents that others lead: they would attach anew.
    .UseRedisGrainDirectoryAsDefault(directory => directory.ConfigurationOptions = ConfigurationOptions.Parse(redis))
    .UseRedisReminderService(reminders => reminders.ConfigurationOptions = ConfigurationOptions.Parse(redis))
    // Spread by chance; Orleans' own choice looks at load, and two programs on one busy machine have none of their own.
    .ConfigureServices(services => services.AddSingleton<PlacementStrategy, RandomPlacement>())
    // A silo that is gone is noticed in some seconds, and a reminder then comes within ten: docs/scale.md says what that costs.
    .Configure<ClusterMembershipOptions>(membership =>
    {
        membership.ProbeTimeout = TimeSpan.FromSeconds(2);
        membership.TableRefreshTimeout = TimeSpan.FromSeconds(5);
        membership.NumVotesForDeathDeclaration = 1;
    })
    .Configure<ReminderOptions>(reminders =>
    {
        reminders.MinimumReminderPeriod = TimeSpan.FromSeconds(5);
        reminders.RefreshReminderListPeriod = TimeSpan.FromSeconds(5);
    })
    .AddCallAgents(agents =>
    {
        agents.ReminderPeriod = TimeSpan.FromSeconds(10);
        agents.CreateAgent = context => new VoiceAgent
        {
            Name = "clerk",
            Instructions = "You take orders.",
            Tools =
            [
                // Each run is counted where a crash does not reach it.
                AIFunctionFactory.Create(async (AIFunctionArguments arguments) => await CountAsync(arguments, TimeSpan.Zero), "order"),
                AIFunctionFactory.Create(async (AIFunctionArguments arguments) => await CountAsync(arguments, TimeSpan.FromMinutes(1)), "order_slowly"),
            ],
        };
    }));
IHost host = builder.Build();
await host.StartAsync();
Console.WriteLine("The silo runs.");
await host.WaitForShutdownAsync();

async Task<string> CountAsync(AIFunctionArguments arguments, TimeSpan takes)
{
    var call = (ToolCall)arguments.Context![typeof(ToolCall)]!;
    await database.GetDatabase().HashIncrementAsync("runs", call.CallId);
    await Task.Delay(takes);
    return "ordered";
}
