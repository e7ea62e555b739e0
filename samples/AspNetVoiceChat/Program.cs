using AspNetVoiceChat;

// What to read first: VoiceChatHost.cs, the host, and wwwroot/js/conversation.js, the call in the page.
await VoiceChatHost.Create(args).App.RunAsync();
