// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections;
using System.Collections.Generic;
using System.CommandLine;
using System.IO;
using FastLedger.Node.Configuration;
using FastLedger.Node.Recovery;

namespace FastLedger.Cli.Verbs;

/// <summary>How verbs that read a replica's files are told where these are: a data directory or the replica's settings file, and <c>--state</c>.</summary>
internal static class ReplicaFiles
{
    /// <summary>Where the state is, when no settings say so.</summary>
    public static readonly Option<string?> State = new("--state") { Description = "The replica's state.directory, when the data directory does not hold its state.", HelpName = "DIR" };

    /// <summary>The argument.</summary>
    /// <param name="whose">Such as: a stopped replica.</param>
    public static Argument<string> Argument(string whose) => new("dir") { Description = $"Data directory of {whose}, or its settings file." };

    /// <summary>Where the files are; something of a replica is there.</summary>
    /// <exception cref="VerbException">There is neither a journal nor a checkpoint.</exception>
    /// <exception cref="ConfigurationException">The settings are faulty.</exception>
    public static ReplicaFolders Read(ParseResult parsed, Argument<string> argument)
    {
        ReplicaFolders folders = ReadTarget(parsed, argument);
        if (!Directory.Exists(folders.Journal) && !HasManifest(folders.State))
            throw new VerbException(
                ExitCode.InputOutput,
                $"{folders.Data} holds no replica: there is no journal in {folders.Journal} and no checkpoint in {folders.State}. Give its data directory or its settings file.");
        return folders;
    }

    /// <summary>Where the files are, or will be.</summary>
    /// <exception cref="ConfigurationException">The settings are faulty.</exception>
    public static ReplicaFolders ReadTarget(ParseResult parsed, Argument<string> argument)
    {
        string path = parsed.GetRequiredValue(argument);
        string? state = parsed.GetValue(State);
        if (!File.Exists(path)) return ReplicaFolders.Of(path, state);
        var environment = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (DictionaryEntry variable in Environment.GetEnvironmentVariables()) environment[(string)variable.Key] = (string?)variable.Value ?? "";
        return ReplicaFolders.Of(NodeConfiguration.Load(path, environment, state is null ? [] : [$"state.directory={state}"]));
    }

    /// <summary>Where the files are; there is a checkpoint.</summary>
    /// <exception cref="VerbException">There is none.</exception>
    /// <exception cref="ConfigurationException">The settings are faulty.</exception>
    public static ReplicaFolders ReadWithCheckpoint(ParseResult parsed, Argument<string> argument)
    {
        ReplicaFolders folders = Read(parsed, argument);
        if (!HasManifest(folders.State))
            throw new VerbException(
                ExitCode.InputOutput,
                $"There is no checkpoint in {folders.State}. A replica with another state.directory is found by its settings file or with --state; one that has taken no checkpoint yet has none.");
        return folders;
    }

    private static bool HasManifest(string state) => Directory.Exists(state) && Directory.GetFiles(state, "manifest-*").Length > 0;
}
