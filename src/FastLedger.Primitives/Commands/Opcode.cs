// SPDX-License-Identifier: Apache-2.0
namespace FastLedger.Primitives.Commands;

/// <summary>What a command does. Numbers are part of the wire protocol: they are never reused.</summary>
public enum Opcode : ushort
{
    /// <summary>Does nothing but consume its number: measures ordering alone.</summary>
    Noop = 1,
    /// <summary>Admits a public key as a session.</summary>
    RegisterSession = 2,

    /// <summary>Creates an asset; the session's policy becomes its issuer.</summary>
    CreateAsset = 10,
    /// <summary>Opens an account.</summary>
    OpenAccount = 11,
    /// <summary>Changes the floor (credit line) of an account.</summary>
    SetFloor = 12,
    /// <summary>Forbids debits and credits until unfrozen.</summary>
    FreezeAccount = 13,
    /// <summary>Ends a freeze.</summary>
    UnfreezeAccount = 14,
    /// <summary>Closes an account that has nothing pending.</summary>
    CloseAccount = 15,
    /// <summary>Opens a closed account again.</summary>
    ReopenAccount = 16,

    /// <summary>Moves an amount, now or in two phases.</summary>
    Transfer = 20,
    /// <summary>Posts a pending transfer, wholly or in part.</summary>
    PostPending = 21,
    /// <summary>Voids a pending transfer.</summary>
    VoidPending = 22,

    /// <summary>Creates an instrument.</summary>
    CreateInstrument = 30,
    /// <summary>Opens or halts an instrument.</summary>
    SetInstrumentState = 31,

    /// <summary>Places an order.</summary>
    PlaceOrder = 40,
    /// <summary>Cancels an order.</summary>
    CancelOrder = 41,
    /// <summary>Takes lots off an order; it keeps its priority.</summary>
    ReduceOrder = 42,
    /// <summary>Changes price or quantity of an order.</summary>
    AmendOrder = 43,
    /// <summary>Cancels orders by account, by instrument, or by both.</summary>
    MassCancel = 44,
}
