using Microsoft.Extensions.Options;

namespace OpenAI.Realtime.WebRtc.Orleans;

/// <summary>Says what is wrong with options when the silo starts.</summary>
internal sealed class CallAgentOptionsValidator : IValidateOptions<CallAgentOptions>
{
    public ValidateOptionsResult Validate(string? name, CallAgentOptions options) =>
        options.CreateAgent is null ? ValidateOptionsResult.Fail("CreateAgent is not set: who is to lead a call?")
        : options.Sideband is null ? ValidateOptionsResult.Fail("Sideband is null.")
        : options.ReminderPeriod < TimeSpan.FromSeconds(1) || options.ReminderPeriod > TimeSpan.FromHours(1) ? ValidateOptionsResult.Fail("ReminderPeriod must lie between 1 second and 1 hour.")
        : ValidateOptionsResult.Success;
}
