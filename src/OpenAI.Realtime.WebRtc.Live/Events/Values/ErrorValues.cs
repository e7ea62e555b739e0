using System.Text.Json.Serialization;
using OpenAI.Realtime.WebRtc.Events;
using OpenAI.Realtime.WebRtc.Events.Json;

namespace OpenAI.Realtime.WebRtc.Live.Events;

/// <summary>What exactly went wrong. Not all of these are in the published description; they are the ones that are known to occur.</summary>
/// <param name="Value">The name on the wire.</param>
[JsonConverter(typeof(OpenValueConverter<LiveErrorCode>))]
public readonly record struct LiveErrorCode(string Value) : IOpenValue<LiveErrorCode>
{
    /// <summary><c>unknown_parameter</c>: a field that the service does not know.</summary>
    public static LiveErrorCode UnknownParameter => new("unknown_parameter");

    /// <summary><c>immutable_field_update</c>: a field that cannot be changed once the session runs.</summary>
    public static LiveErrorCode ImmutableFieldUpdate => new("immutable_field_update");

    /// <summary><c>invalid_value</c>: a field has a value that it cannot have, such as a text of more than 500 tokens.</summary>
    public static LiveErrorCode InvalidValue => new("invalid_value");

    /// <summary><c>response_input_buffer_full</c>: the input of the Responses model is full, and the item was not taken.</summary>
    public static LiveErrorCode ResponseInputBufferFull => new("response_input_buffer_full");

    /// <summary><c>function_call_outputs_required</c>: a <c>response.create</c> came while a function call was unanswered.</summary>
    public static LiveErrorCode FunctionCallOutputsRequired => new("function_call_outputs_required");

    /// <summary><c>context_injection_incomplete</c>: the session ended, or no audio flowed, before a text was taken up.</summary>
    public static LiveErrorCode ContextInjectionIncomplete => new("context_injection_incomplete");

    /// <summary><c>credit_balance_exhausted</c>: the account has no credit left.</summary>
    public static LiveErrorCode CreditBalanceExhausted => new("credit_balance_exhausted");

    /// <summary><c>insufficient_quota</c>: the account has no credit left.</summary>
    public static LiveErrorCode InsufficientQuota => new("insufficient_quota");

    /// <summary><c>model_not_found</c>: there is no such model, or the key may not use it.</summary>
    public static LiveErrorCode ModelNotFound => new("model_not_found");

    /// <summary><c>forbidden</c>: the key has no access to the Live API, or the voice does not exist.</summary>
    public static LiveErrorCode Forbidden => new("forbidden");

    /// <summary><c>invalid_api_key</c>: the key is not valid.</summary>
    public static LiveErrorCode InvalidApiKey => new("invalid_api_key");

    /// <summary><c>account_deactivated</c>: the account is closed.</summary>
    public static LiveErrorCode AccountDeactivated => new("account_deactivated");

    /// <summary><c>billing_hard_limit_reached</c>: the limit of spending is reached.</summary>
    public static LiveErrorCode BillingHardLimitReached => new("billing_hard_limit_reached");

    /// <summary><c>session_already_started</c>: the session runs already.</summary>
    public static LiveErrorCode SessionAlreadyStarted => new("session_already_started");

    /// <inheritdoc/>
    public static implicit operator LiveErrorCode(string value) => new(value);

    /// <summary>The name on the wire.</summary>
    public override string ToString() => Value ?? "";
}

/// <summary>What an <c>info</c> is about.</summary>
/// <param name="Value">The name on the wire.</param>
[JsonConverter(typeof(OpenValueConverter<LiveInfoCode>))]
public readonly record struct LiveInfoCode(string Value) : IOpenValue<LiveInfoCode>
{
    /// <summary><c>data_channel_permissions</c>: which events the data channel may carry.</summary>
    public static LiveInfoCode DataChannelPermissions => new("data_channel_permissions");

    /// <inheritdoc/>
    public static implicit operator LiveInfoCode(string value) => new(value);

    /// <summary>The name on the wire.</summary>
    public override string ToString() => Value ?? "";
}
