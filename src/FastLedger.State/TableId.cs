// SPDX-License-Identifier: Apache-2.0
namespace FastLedger.State;

/// <summary>The tables of the ledger, in the order in which their roots enter the state root. Numbers are part of the state: never reused.</summary>
public enum TableId : byte
{
    /// <summary>Ledger-wide counters, one record.</summary>
    Ledger = 1,
    Policies = 2,
    Sessions = 3,
    Assets = 4,
    Accounts = 5,
    PendingTransfers = 6,
    Instruments = 7,
    PriceLevels = 8,
    Orders = 9,
    PaymentSystems = 20,
    Participants = 21,
    Members = 22,
    BilateralLimits = 23,
    CollateralAssets = 24,
    Collateral = 25,
    Payments = 26,
    Resolutions = 27,
    Cycles = 28,
    CyclePositions = 29,
    Obligations = 30,
    Exchanges = 31,
    ExchangeCurrencies = 32,
    ExchangePairs = 33,
    Counterparties = 34,
    ClearingMembers = 35,
    Contracts = 36,
    ClearedPositions = 37,
    Defaults = 38,
    BusinessDays = 39,
}
