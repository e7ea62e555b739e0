using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans;
using Orleans.Hosting;
using Orleans.Storage;

namespace OpenAI.Realtime.WebRtc.Orleans;

/// <summary>Says when the silo starts what is wrong with the options, and what is missing beside them; else the first call would.</summary>
internal sealed class CallAgentOptionsValidator(IOptions<ReminderOptions> reminders, IServiceProvider services) : IValidateOptions<CallAgentOptions>
{
    public ValidateOptionsResult Validate(string? name, CallAgentOptions options)
    {
        List<string> failures = [.. Options(options), .. Services(options)];
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    private IEnumerable<string> Options(CallAgentOptions options)
    {
        if (options.CreateAgent is null)
            yield return "CallAgentOptions.CreateAgent is not set: who is to lead a call?";
        if (options.Sideband is null)
            yield return "CallAgentOptions.Sideband is null.";
        if (options.ReminderPeriod < TimeSpan.FromSeconds(1) || options.ReminderPeriod > TimeSpan.FromHours(1))
            yield return "CallAgentOptions.ReminderPeriod must lie between 1 second and 1 hour.";
        else if (options.ReminderPeriod < reminders.Value.MinimumReminderPeriod)
            yield return $"CallAgentOptions.ReminderPeriod is {options.ReminderPeriod}, less than ReminderOptions.MinimumReminderPeriod, which is {reminders.Value.MinimumReminderPeriod}, and Orleans would refuse the reminder of every call: raise the one, "
                + "or lower the other by silo.Configure<ReminderOptions>(reminders => reminders.MinimumReminderPeriod = ...).";
    }

    // A container that does not say what it has is not asked.
    private IEnumerable<string> Services(CallAgentOptions options)
    {
        if (services.GetService<IServiceProviderIsService>() is not { } known)
            yield break;
        if (!known.IsService(typeof(IGrainStorage)))
            yield return "The silo has no grain storage as its default, in which calls are kept: add one, by AddRedisGrainStorageAsDefault of Microsoft.Orleans.Persistence.Redis say, or by AddMemoryGrainStorageAsDefault for development.";
        if (!known.IsService(typeof(IReminderTable)))
            yield return "The silo has no reminder service, which has calls attached to again: add one, by UseRedisReminderService of Microsoft.Orleans.Reminders.Redis say, or by UseInMemoryReminderService for development.";
        if (string.IsNullOrEmpty(options.ClientName) ? !known.IsService(typeof(RealtimeCalls)) : known is IServiceProviderIsKeyedService keyed && !keyed.IsKeyedService(typeof(RealtimeCalls), options.ClientName))
            yield return $"The client is not registered{(string.IsNullOrEmpty(options.ClientName) ? "" : $" under the name '{options.ClientName}'")}: call AddOpenAIRealtimeWebRtc.";
    }
}
