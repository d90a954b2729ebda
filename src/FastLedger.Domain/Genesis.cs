// SPDX-License-Identifier: Apache-2.0
using System;
using System.Buffers.Binary;
using System.Collections.Generic;
using System.Text;
using System.Text.Json.Serialization;
using FastLedger.Cryptography;
using FastLedger.Primitives;

namespace FastLedger.Domain;

/// <summary>
/// What all replicas of a ledger must agree on before the first block: its name and how many records each table may hold. The chain id is the
/// digest of these values, so two ledgers that differ in any of them never accept each other's signatures.
/// </summary>
public sealed record Genesis
{
    /// <summary>Free text, at most 256 characters.</summary>
    public string Name { get; init; } = "fastledger";

    /// <summary>Records per table, record 0 included; powers of two are not required.</summary>
    public uint MaxSessions { get; init; } = 1 << 14;

    public uint MaxAssets { get; init; } = 1 << 20;

    public uint MaxAccounts { get; init; } = 1 << 27;

    public uint MaxPendingTransfers { get; init; } = 1 << 26;

    public uint MaxInstruments { get; init; } = 1 << 20;

    public uint MaxPriceLevels { get; init; } = 1 << 25;

    public uint MaxOrders { get; init; } = 1 << 26;

    public uint MaxPayments { get; init; } = 1 << 25;

    /// <summary>Payments that a resolution of queues looks at, removes or settles, and queues look at by themselves, per block; what is left
    /// goes on in the next block. Distributions and closing rounds look at as many accounts and bids.</summary>
    public uint PaymentWorkPerBlock { get; init; } = 1 << 16;

    /// <summary>Who validates from the first block on. Empty for a ledger of one replica that makes its own key.</summary>
    public IReadOnlyList<GenesisValidator> Validators { get; init; } = [];

    /// <summary>Ed25519 key that may change the validators, 64 hexadecimal digits; empty when nobody may. Its holder can pass the right on to
    /// a policy of several keys.</summary>
    public string Administrator { get; init; } = "";

    /// <summary>The administrator's key; zero when there is none.</summary>
    [JsonIgnore]
    public Hash256 AdministratorKey => Hash256.TryParse(Administrator, out Hash256 key) ? key : default;

    /// <summary>BLAKE3 over the fields in the order of this file, each length-prefixed or of fixed width.</summary>
    [JsonIgnore]
    public Hash256 ChainId
    {
        get
        {
            byte[] name = Encoding.UTF8.GetBytes(Name);
            bool isAdministered = Administrator.Length > 0;
            byte[] image = new byte[(11 * 4) + name.Length + 4 + (Validators.Count * GenesisValidator.ImageBytes) + (isAdministered ? Hash256.Size : 0)];
            Span<byte> rest = image;
            uint[] fields = [isAdministered ? 4u : 3u, MaxSessions, MaxAssets, MaxAccounts, MaxPendingTransfers, MaxInstruments, MaxPriceLevels, MaxOrders, MaxPayments, PaymentWorkPerBlock, (uint)name.Length];
            foreach (uint value in fields)
            {
                BinaryPrimitives.WriteUInt32LittleEndian(rest, value);
                rest = rest[4..];
            }

            name.CopyTo(rest);
            rest = rest[name.Length..];
            BinaryPrimitives.WriteUInt32LittleEndian(rest, (uint)Validators.Count);
            rest = rest[4..];
            foreach (GenesisValidator validator in Validators)
            {
                BinaryPrimitives.WriteUInt32LittleEndian(rest, (uint)validator.Node);
                validator.Key.Bytes.CopyTo(rest[4..]);
                rest = rest[GenesisValidator.ImageBytes..];
            }

            if (isAdministered) AdministratorKey.Bytes.CopyTo(rest);
            return Blake3.Hash(image);
        }
    }

    /// <summary>What is wrong with the values, or null.</summary>
    public string? Fault()
    {
        if (Name.Length is 0 or > 256) return "genesis.name must have 1 to 256 characters";
        if (MaxSessions is < 2 or > 1 << 16) return "genesis.max_sessions must be 2 … 65,536";
        if (MaxAssets is < 2 or > 1u << 28) return "genesis.max_assets must be 2 … 2^28";
        if (MaxAccounts is < 2 or > 1u << 31) return "genesis.max_accounts must be 2 … 2^31";
        if (MaxPendingTransfers is < 2 or > RecordId.MaxRecords) return "genesis.max_pending_transfers must be 2 … 2^28";
        if (MaxInstruments is < 2 or > 1u << 24) return "genesis.max_instruments must be 2 … 2^24";
        if (MaxPriceLevels is < 2 or > 1u << 28) return "genesis.max_price_levels must be 2 … 2^28";
        if (MaxOrders is < 2 or > RecordId.MaxRecords) return "genesis.max_orders must be 2 … 2^28";
        if (MaxPayments is < 2 or > RecordId.MaxRecords) return "genesis.max_payments must be 2 … 2^28";
        if (PaymentWorkPerBlock is < 1 or > 1 << 20) return "genesis.payment_work_per_block must be 1 … 2^20";
        if (Administrator.Length > 0 && AdministratorKey.IsZero) return "genesis.administrator must be a public key, 64 hexadecimal digits";
        if (Validators.Count > MaxValidators) return "genesis.validators must name at most 128 validators";
        for (int i = 0; i < Validators.Count; i++)
        {
            if (Validators[i].Node is < 0 or >= MaxValidators || (i > 0 && Validators[i].Node <= Validators[i - 1].Node))
                return "genesis.validators must name nodes 0 … 127 in ascending order";
            if (Validators[i].Key.IsZero) return "genesis.validators must name a public key for each node";
            for (int j = 0; j < i; j++)
                if (Validators[j].Key == Validators[i].Key) return "genesis.validators must not name a public key twice";
        }

        return null;
    }

    private const int MaxValidators = 128;
}
