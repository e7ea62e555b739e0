namespace Microsoft.Extensions.DependencyInjection;

/// <summary>What a registered function of the application's has made. Null would be taken for no registration, and something else would run in its place.</summary>
internal static class Made
{
    /// <exception cref="InvalidOperationException">It is null.</exception>
    public static T By<T>(string method, T? made)
        where T : class => made ?? throw new InvalidOperationException($"The function given to {method} returned null. Let it return one or throw; without any, leave the registration out.");
}
