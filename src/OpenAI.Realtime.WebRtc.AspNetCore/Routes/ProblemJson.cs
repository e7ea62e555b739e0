using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;

namespace OpenAI.Realtime.WebRtc.AspNetCore.Routes;

/// <summary>How a problem is written where no reflection is: in a native host, whose own generated code need not know of problems.</summary>
[JsonSerializable(typeof(Microsoft.AspNetCore.Mvc.ProblemDetails))]
[JsonSerializable(typeof(string))]
internal sealed partial class ProblemJson : JsonSerializerContext
{
    /// <summary>Adds it behind what the host has, which is asked first.</summary>
    public sealed class Setup : IConfigureOptions<JsonOptions>
    {
        public void Configure(JsonOptions options) => options.SerializerOptions.TypeInfoResolverChain.Add(Default);
    }
}
