using OpenAI.Realtime.WebRtc.Benchmarks.DriverWait;

return args switch
{
    ["driver-wait", .. string[] rest] => DriverWaitBenchmark.Run(rest),
    _ => 0,
};
