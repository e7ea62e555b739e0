namespace OpenAI.Realtime.WebRtc.Interop.Tests;

/// <summary>Whether a test can make a network of its own.</summary>
internal static class PrivateNetwork
{
    /// <summary>Null in CI, where what is missing is a failure; elsewhere the reason to skip.</summary>
    /// <param name="tools">The programs that it runs.</param>
    public static string? SkipWithout(params string[] tools)
    {
        if (Environment.GetEnvironmentVariable("CI") == "true")
            return null;
        string[] missing = [.. tools.Where(tool => !File.Exists(tool))];
        return missing.Length > 0 ? $"{string.Join(", ", missing)} missing; on Debian: apt-get install util-linux iproute2 nftables"
            : OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess ? null : "a network of one's own needs Linux and root";
    }
}
