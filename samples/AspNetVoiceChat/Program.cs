using AspNetVoiceChat;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;

if (args.Any(arg => arg is "--help" or "-h" or "-?"))
{
    Console.WriteLine(
        """
        A page that holds a conversation by voice. Without OPENAI_API_KEY a test endpoint in this program answers.

        Usage: samples/run web [options]
          --urls http://localhost:8000       where to listen; http://localhost:5080 by default
          --AllowedHosts "localhost;name"    the names by which the page may be opened, beside those in --urls
          --VoiceChat:CallsPerMinute 30      how many keys and calls one address may ask for
        Bridged calls, where a firewall, a NAT or a container stands before this program:
          --VoiceChat:UdpPorts 40000         the UDP port that all of them share, or 40000-40100, of which each takes one; any free ones by default
          --VoiceChat:TcpPort 40443          a TCP port for pages whose UDP is blocked; none by default
          --VoiceChat:AnnouncedAddresses 203.0.113.7
                                             the addresses, with commas between, by which pages reach this host when they are not its own
          --VoiceChat:AnnounceLocalAddresses true
                                             beside those its own, too
          --VoiceChat:Interfaces eth0        the network interfaces to use; all by default
        The other settings stand in appsettings.json. Each may be an environment variable: VoiceChat__UdpPorts=40000.
        """);
    return 0;
}

// What to read first: VoiceChatHost.cs, the host, and wwwroot/js/conversation.js, the call in the page.
try
{
    await VoiceChatHost.Create(args).App.RunAsync();
    return 0;
}
catch (IOException e) when (e.InnerException is AddressInUseException)
{
    Console.Error.WriteLine($"{e.Message} Take another port: samples/run web --urls http://localhost:8000");
    return 1;
}
catch (OptionsValidationException e) when (e.OptionsType == typeof(BridgeNetwork))
{
    Console.Error.WriteLine(e.Message);
    return 2;
}
catch (OptionsValidationException e)
{
    Console.Error.WriteLine($"{e.Message} The key comes from OPENAI_API_KEY, the rest from the section OpenAI of the configuration.");
    return 2;
}
