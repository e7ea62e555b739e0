using System.Diagnostics;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace OpenAI.Realtime.WebRtc.Interop.Tests.OpenSsl;

/// <summary>The openssl program of this machine, with its standard streams at hand.</summary>
internal sealed class OpenSslProcess : IDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _output = new();

    public OpenSslProcess(params string[] arguments)
    {
        var start = new ProcessStartInfo("openssl")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (string argument in arguments)
            start.ArgumentList.Add(argument);
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, e) => Append(e.Data);
        _process.ErrorDataReceived += (_, e) => Append(e.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>What it has written so far, both streams.</summary>
    public string Output
    {
        get
        {
            lock (_output)
                return _output.ToString();
        }
    }

    public bool HasExited => _process.HasExited;

    /// <summary>Waits for its end. To find the primes of a long key takes from one to many seconds, by luck, and on a busy machine a multiple: only what hangs is given up.</summary>
    public int Run()
    {
        Assert.True(_process.WaitForExit(TimeSpan.FromMinutes(5)), "openssl does not end");
        _process.WaitForExit();
        return _process.ExitCode;
    }

    public void WriteLine(string text)
    {
        _process.StandardInput.WriteLine(text);
        _process.StandardInput.Flush();
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }

    private void Append(string? line)
    {
        lock (_output)
            _output.AppendLine(line);
    }
}

/// <summary>A certificate with its key, made by openssl, in files that are deleted at the end.</summary>
internal sealed class OpenSslCertificate : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("dtls-interop-").FullName;

    public OpenSslCertificate(params string[] keyArguments)
    {
        using var process = new OpenSslProcess(
            ["req", "-x509", "-nodes", "-days", "2", "-subj", "/CN=interop", "-keyout", KeyFile, "-out", CertificateFile, .. keyArguments]);
        Assert.True(process.Run() == 0, process.Output);
        using X509Certificate2 certificate = X509CertificateLoader.LoadCertificateFromFile(CertificateFile);
        Der = certificate.RawData;
    }

    public string KeyFile => Path.Combine(_folder, "key.pem");

    public string CertificateFile => Path.Combine(_folder, "certificate.pem");

    public byte[] Der { get; }

    public static OpenSslCertificate Ecdsa() => new("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1");

    public static OpenSslCertificate Rsa(int bits = 2048) => new("-newkey", $"rsa:{bits}");

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
