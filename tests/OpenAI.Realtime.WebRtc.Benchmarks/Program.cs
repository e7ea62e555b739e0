using OpenAI.Realtime.WebRtc.Benchmarks.Driver;
using OpenAI.Realtime.WebRtc.Benchmarks.DriverWait;
using OpenAI.Realtime.WebRtc.Benchmarks.Fuzz;

return args switch
{
    ["calls", .. string[] rest] => await CallsBenchmark.RunAsync(rest),
    ["fuzz", .. string[] rest] => FuzzCommand.Run(rest),
    ["driver-wait", .. string[] rest] => DriverWaitBenchmark.Run(rest),
    _ => 0,
};
