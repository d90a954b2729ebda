// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Net;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using FastLedger.Load.Measuring;
using FastLedger.Load.Reports;

namespace FastLedger.Load.Nodes;

/// <summary>
/// A node in a process of its own, supervised over its standard streams: the node says one line when it is ready, answers the line
/// <c>statistics</c> with one line, and stops in good order when its input ends. So it never outlives its supervisor, not even a killed one.
/// </summary>
/// <remarks>Thread: one. Blocks: yes.</remarks>
public sealed class NodeProcess : IDisposable
{
    /// <summary>Argument of the <c>node</c> verb that turns supervision on.</summary>
    public const string SupervisedOption = "--supervised";
    /// <summary>Line that asks a supervised node for its counters.</summary>
    public const string StatisticsLine = "statistics";

    private readonly Process _process;
    private readonly BlockingCollection<string> _output = [];
    private readonly StringBuilder _errors = new();

    private NodeProcess(Process process)
    {
        _process = process;
        _process.OutputDataReceived += (_, line) => Take(line.Data);
        _process.ErrorDataReceived += (_, line) =>
        {
            lock (_errors) _errors.AppendLine(line.Data);
        };
    }

    /// <summary>What the node said when it was ready.</summary>
    public NodeReady Ready { get; private set; } = new("", 0, "");

    /// <summary>Where clients connect.</summary>
    public IPEndPoint Endpoint => IPEndPoint.Parse(Ready.Endpoint);

    /// <summary>The operating system's id of the process.</summary>
    public int Id => _process.Id;

    /// <summary>Starts a node and waits until it serves.</summary>
    /// <param name="program">The command.</param>
    /// <param name="arguments">Arguments of the <c>node</c> verb besides supervision.</param>
    /// <param name="deadline">Longest recovery allowed.</param>
    /// <exception cref="IOException">The node ended or did not become ready; the message holds what it wrote to its error stream.</exception>
    public static NodeProcess Start(NodeProgram program, IEnumerable<string> arguments, TimeSpan deadline)
    {
        ArgumentNullException.ThrowIfNull(program);
        ArgumentNullException.ThrowIfNull(arguments);
        var start = new ProcessStartInfo(program.FileName)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (string argument in program.Prefix) start.ArgumentList.Add(argument);
        start.ArgumentList.Add("node");
        start.ArgumentList.Add(SupervisedOption);
        foreach (string argument in arguments) start.ArgumentList.Add(argument);
        var node = new NodeProcess(Process.Start(start) ?? throw new IOException($"{program.FileName} did not start."));
        try
        {
            node._process.BeginOutputReadLine();
            node._process.BeginErrorReadLine();
            node.Ready = LedgerJson.Read<NodeReady>(node.NextLine(deadline));
            return node;
        }
        catch
        {
            node.Dispose();
            throw;
        }
    }

    /// <summary>Reads the node's counters.</summary>
    /// <exception cref="IOException">The node has ended.</exception>
    public StageFigures Statistics()
    {
        _process.StandardInput.WriteLine(StatisticsLine);
        _process.StandardInput.Flush();
        return LedgerJson.Read<StageFigures>(NextLine(TimeSpan.FromSeconds(30)));
    }

    /// <summary>Bytes of memory that the process has now.</summary>
    /// <exception cref="IOException">The node has ended; the message holds what it wrote to its error stream.</exception>
    public long ResidentBytes()
    {
        if (_process.HasExited) lock (_errors) throw new IOException($"The node ended with exit code {_process.ExitCode}. {_errors.ToString().Trim()}");
        _process.Refresh();
        return _process.WorkingSet64;
    }

    /// <summary>Ends the node's input, upon which it stops in good order, and waits for its end.</summary>
    /// <returns>Its exit code.</returns>
    public int Stop(TimeSpan deadline)
    {
        _process.StandardInput.Close();
        if (!_process.WaitForExit(deadline)) throw new IOException($"The node {Id} did not stop within {deadline.TotalSeconds} s.");
        return _process.ExitCode;
    }

    /// <summary>Ends the process at once, as a crash would, and waits until it is gone.</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    /// <summary>Waits until the process has ended by itself.</summary>
    /// <returns>Its exit code.</returns>
    /// <exception cref="TimeoutException">It still runs.</exception>
    public async Task<int> EndAsync(TimeSpan deadline, CancellationToken ct = default)
    {
        await _process.WaitForExitAsync(ct).WaitAsync(deadline, ct).ConfigureAwait(false);
        return _process.ExitCode;
    }

    /// <summary>Stops the process in the middle of whatever it does (SIGSTOP); its sockets stay open.</summary>
    /// <exception cref="IOException">The system refused.</exception>
    public void Suspend() => Signal("STOP");

    /// <summary>Lets a stopped process go on (SIGCONT).</summary>
    /// <exception cref="IOException">The system refused.</exception>
    public void Resume() => Signal("CONT");

    /// <summary>Ends the process if it still runs.</summary>
    public void Dispose()
    {
        if (!_process.HasExited) Kill();
        _process.Dispose();
        _output.Dispose();
    }

    private void Signal(string signal)
    {
        using Process sending = Process.Start(new ProcessStartInfo("/bin/sh") { ArgumentList = { "-c", string.Create(CultureInfo.InvariantCulture, $"kill -{signal} {Id}") } })
            ?? throw new IOException("No shell to send a signal with.");
        sending.WaitForExit();
        if (sending.ExitCode != 0) throw new IOException($"Signal {signal} could not be sent to process {Id}.");
    }

    private void Take(string? line)
    {
        // The end of the stream is null; the collection may be disposed by then.
        if (line is not null) _output.Add(line);
        else _output.CompleteAdding();
    }

    private string NextLine(TimeSpan deadline)
    {
        if (_output.TryTake(out string? line, deadline)) return line;
        bool ended = _process.WaitForExit(TimeSpan.FromSeconds(1));
        string what = ended ? $"ended with exit code {_process.ExitCode}" : $"said nothing for {deadline.TotalSeconds} s";
        lock (_errors) throw new IOException($"The node {what}. {_errors.ToString().Trim()}");
    }
}
