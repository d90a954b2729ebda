// SPDX-License-Identifier: Apache-2.0
using System.IO;
using System.Text.Json;
using FastLedger.Domain;

namespace FastLedger.Node.Recovery;

/// <summary>A genesis as a file: what a verifier must know of a ledger. A replica keeps one beside its data.</summary>
public static class GenesisFile
{
    /// <summary>Its name in a data directory.</summary>
    public const string Name = "genesis.json";

    /// <summary>Reads a genesis.</summary>
    /// <exception cref="InvalidDataException">It is no genesis, or a faulty one.</exception>
    public static Genesis Read(string path)
    {
        try
        {
            Genesis genesis = JsonSerializer.Deserialize(File.ReadAllBytes(path), GenesisJson.Default.Genesis) ?? throw new InvalidDataException($"{path} is no genesis.");
            return genesis.Fault() is { } fault ? throw new InvalidDataException($"{path}: {fault}") : genesis;
        }
        catch (JsonException fault)
        {
            throw new InvalidDataException($"{path} is no genesis: {fault.Message}", fault);
        }
    }

    /// <summary>Writes a genesis.</summary>
    public static void Write(string path, Genesis genesis) => File.WriteAllBytes(path, JsonSerializer.SerializeToUtf8Bytes(genesis, GenesisJson.Default.Genesis));
}
