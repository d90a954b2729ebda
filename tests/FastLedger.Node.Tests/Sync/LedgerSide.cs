// SPDX-License-Identifier: Apache-2.0
using System;
using FastLedger.Domain;
using FastLedger.Domain.Execution;
using FastLedger.State;

namespace FastLedger.Node.Tests.Sync;

/// <summary>A ledger without a replica, and what executes on it.</summary>
internal sealed class LedgerSide : IDisposable
{
    public LedgerSide()
    {
        Ledger = new Ledger(
            new Genesis { Name = "fetched", MaxSessions = 8, MaxAssets = 8, MaxAccounts = 1 << 14, MaxPendingTransfers = 1 << 10, MaxInstruments = 2, MaxPriceLevels = 16, MaxOrders = 16 },
            new ResidentPageStore(), (ulong)Random.Shared.NextInt64());
        Executor = new Executor(Ledger);
    }

    public Ledger Ledger { get; }

    public Executor Executor { get; private set; }

    public void Dispose()
    {
        Executor.Dispose();
        Ledger.Dispose();
    }
}
