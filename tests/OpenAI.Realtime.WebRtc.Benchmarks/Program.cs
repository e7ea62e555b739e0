using OpenAI.Realtime.WebRtc.Benchmarks.Driver;
using OpenAI.Realtime.WebRtc.Benchmarks.DriverWait;

return args switch
{
    ["calls", .. string[] rest] => await CallsBenchmark.RunAsync(rest),
    ["driver-wait", .. string[] rest] => DriverWaitBenchmark.Run(rest),
    _ => 0,
};
