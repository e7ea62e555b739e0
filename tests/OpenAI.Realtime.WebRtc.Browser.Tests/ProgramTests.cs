using System.Diagnostics;
using System.Reflection;
using Microsoft.Playwright;
using OpenAI.Realtime.WebRtc.Browser.Tests.Support;
using static Microsoft.Playwright.Assertions;

namespace OpenAI.Realtime.WebRtc.Browser.Tests;

/// <summary>The program as a person starts it: no key, no script of a test.</summary>
[Collection(nameof(BrowserFixture))]
public class ProgramTests(BrowserFixture browser)
{
    [BrowserFact]
    public async Task Without_a_key_the_program_answers_by_itself()
    {
        string program = Path.GetFullPath(typeof(ProgramTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "AspNetVoiceChat").Value!);
        // Started from elsewhere: the page lies beside the program, not in the current folder.
        ProcessStartInfo start = new("dotnet", [program, "--urls", "http://127.0.0.1:0"]) { WorkingDirectory = Path.GetTempPath(), RedirectStandardOutput = true };
        start.Environment.Remove("OPENAI_API_KEY");
        using Process process = Process.Start(start)!;
        try
        {
            string line = await process.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(60)) ?? "";
            Assert.StartsWith("Open http://127.0.0.1:", line, StringComparison.Ordinal);
            Assert.Contains("offline", line, StringComparison.Ordinal);
            Task rest = process.StandardOutput.ReadToEndAsync();

            await using IBrowserContext context = await browser.NewContextAsync();
            ChatPage page = new(await context.NewPageAsync());
            await page.Page.GotoAsync(line.Split(' ')[1]);
            await page.ConnectAsync("bridge");
            await Expect(page.YourLines.Filter(new() { HasText = "s of speech at" })).Not.ToHaveCountAsync(0);

            // Muted, for what the microphone says over and over again would cut the answer off.
            await page.Mute.ClickAsync();
            await page.WriteAsync("What time is it?");
            await Expect(page.TheirLines.Filter(new() { HasTextRegex = new("My tool says: .* [0-9]{4}, [0-9]{2}:[0-9]{2}") })).ToHaveCountAsync(1);

            // GPT-Live answers by itself as well: the first time that somebody speaks it hands something over to the page.
            await page.Connect.ClickAsync();
            await Expect(page.Status).ToHaveTextAsync("You ended the call");
            await page.Mute.ClickAsync();
            await page.ConnectLiveAsync("decisions");
            await Expect(page.TheirLines.Filter(new() { HasTextRegex = new("The dice show [1-6], [1-6]") })).ToHaveCountAsync(1);
            await page.WriteAsync("What time is it?");
            await Expect(page.TheirLines.Filter(new() { HasTextRegex = new("It is .*[0-9]{2}:[0-9]{2}") })).ToHaveCountAsync(1);
            await page.Connect.ClickAsync();
            await Expect(page.Status).ToHaveTextAsync(new System.Text.RegularExpressions.Regex("^You ended the call. Charged for [0-9.]+ s.$"));
            page.AssertConsoleIsClean();
        }
        finally
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
        }
    }
}
