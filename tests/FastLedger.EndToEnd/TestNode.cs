// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Net;
using System.Net.Sockets;
using FastLedger.Load.Nodes;

namespace FastLedger.EndToEnd;

/// <summary>Starts the <c>fastledger</c> command that was built with the tests.</summary>
internal static class TestNode
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(120);

    public static NodeProgram Program { get; } = NodeProgram.FromLibrary(Path.Combine(AppContext.BaseDirectory, "fastledger.dll"));

    /// <summary>Small tables: a node of a few hundred accounts starts and is read again at once.</summary>
    public static IReadOnlyList<string> SmallLedger { get; } =
    [
        "--set", "genesis.max_accounts=4096", "--set", "genesis.max_orders=4096", "--set", "genesis.max_price_levels=4096",
        "--set", "genesis.max_pending_transfers=4096", "--set", "genesis.max_instruments=64", "--set", "genesis.max_sessions=64",
        "--set", "genesis.max_assets=64", "--set", "journal.segment_bytes=4MiB",
    ];

    public static NodeProcess StartSmall(string dataDirectory, int port, string durability = "fsync") =>
        Start([.. SmallLedger, "--data-directory", dataDirectory, "--listen", $"127.0.0.1:{port}", "--durability", durability]);

    public static NodeProcess Start(IEnumerable<string> arguments) => NodeProcess.Start(Program, arguments, Deadline);

    /// <summary>A port that was free a moment ago: a node that is killed must come back under the same address.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Runs a verb to its end.</summary>
    public static (int ExitCode, string Output, string Error) Run(params string[] arguments)
    {
        var start = new ProcessStartInfo(Program.FileName) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string argument in Program.Prefix) start.ArgumentList.Add(argument);
        foreach (string argument in arguments) start.ArgumentList.Add(argument);
        using Process process = Process.Start(start)!;
        System.Threading.Tasks.Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.GetAwaiter().GetResult());
    }
}
