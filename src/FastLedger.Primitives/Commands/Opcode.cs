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

    /// <summary>Creates a payment system for an asset; the asset's issuer operates it.</summary>
    CreatePaymentSystem = 60,
    /// <summary>Changes the options of a payment system.</summary>
    ConfigurePaymentSystem = 61,
    /// <summary>Admits a participant by BIC and LEI.</summary>
    OpenParticipant = 62,
    /// <summary>Keeps a participant's payments from settling, in either direction.</summary>
    SuspendParticipant = 63,
    /// <summary>Ends a suspension.</summary>
    ResumeParticipant = 64,
    /// <summary>Makes an account of a participant its settlement account in a payment system.</summary>
    JoinPaymentSystem = 65,
    /// <summary>Grants a credit line beside what collateral gives.</summary>
    SetCreditLine = 66,
    /// <summary>Reserves liquidity for urgent or for high payments.</summary>
    SetReservation = 67,
    /// <summary>Limits the net outflow to all counterparties without a bilateral limit.</summary>
    SetMultilateralLimit = 68,
    /// <summary>Limits the net outflow to everybody.</summary>
    SetNetDebitCap = 69,
    /// <summary>Limits the net outflow to one counterparty.</summary>
    SetBilateralLimit = 70,
    /// <summary>Accepts an asset as collateral, at a price and a haircut.</summary>
    SetCollateralAsset = 71,
    /// <summary>Pledges collateral; the credit line grows by its value after the haircut.</summary>
    PledgeCollateral = 72,
    /// <summary>Takes collateral back that the used credit does not need.</summary>
    ReleaseCollateral = 73,

    /// <summary>Sends a payment: settled at once, queued, or kept until its time.</summary>
    SubmitPayment = 74,
    /// <summary>Pays a settled payment back, wholly or in part.</summary>
    ReturnPayment = 75,
    /// <summary>Takes a payment out of the queue.</summary>
    RevokePayment = 76,
    /// <summary>Changes the priority of a queued payment.</summary>
    ReprioritisePayment = 77,
    /// <summary>Moves a queued payment inside its priority.</summary>
    MovePayment = 78,
    /// <summary>Asks for a payment back: revokes it while it is queued, asks the receiver once it is settled.</summary>
    RecallPayment = 79,
    /// <summary>Settles the largest set of queued payments that liquidity and limits allow.</summary>
    ResolveQueues = 80,

    /// <summary>Opens a netting cycle.</summary>
    OpenCycle = 84,
    /// <summary>Adds an obligation to an open cycle.</summary>
    AddObligation = 85,
    /// <summary>Closes a cycle: no further obligations.</summary>
    CloseCycle = 86,
    /// <summary>Settles the net positions of a closed cycle, all or nothing.</summary>
    SettleCycle = 87,
    /// <summary>Drops all obligations of one member from a closed cycle.</summary>
    RecastCycle = 88,

    /// <summary>Creates a payment-versus-payment exchange over several payment systems.</summary>
    CreateExchange = 92,
    /// <summary>Adds a currency to an exchange, or changes its rate, haircut and limit.</summary>
    SetExchangeCurrency = 93,
    /// <summary>Sends a pair of payments that settle together, when both participants pass the risk tests; else they wait.</summary>
    SubmitExchange = 94,

    /// <summary>Creates a central counterparty over a payment system.</summary>
    CreateCounterparty = 100,
    /// <summary>Changes its capital at risk and the bound of its assessments.</summary>
    ConfigureCounterparty = 101,
    /// <summary>Makes a member of the payment system a clearing member.</summary>
    AdmitClearingMember = 102,
    /// <summary>Lists a contract: a security and a settlement day, or an underlying that only pays variation margin.</summary>
    ListContract = 103,
    /// <summary>Changes the margin of a contract, or gives a settled one its next day.</summary>
    ConfigureContract = 104,
    /// <summary>Posts initial margin.</summary>
    PostMargin = 105,
    /// <summary>Takes initial margin back that the positions do not require.</summary>
    WithdrawMargin = 106,
    /// <summary>Pays into the default fund.</summary>
    ContributeToFund = 107,
    /// <summary>Pays a contribution to the default fund back.</summary>
    WithdrawContribution = 108,
    /// <summary>Calls the initial margin that is missing.</summary>
    CallMargin = 109,
    /// <summary>Turns a trade between two members into two positions against the counterparty.</summary>
    NovateTrade = 110,
    /// <summary>Marks all positions of a contract to a settlement price.</summary>
    MarkContract = 111,
    /// <summary>Pays all variation margin that is due, all or nothing.</summary>
    SettleVariation = 112,
    /// <summary>Delivers the net positions of a contract against payment and carries fails forward.</summary>
    SettleDeliveries = 113,
    /// <summary>Declares a clearing member in default.</summary>
    DeclareDefault = 114,
    /// <summary>Closes a position of a defaulter against another member.</summary>
    CloseOutPosition = 115,
    /// <summary>Covers the loss of a default by the layers of the waterfall, in their order.</summary>
    ApplyWaterfall = 116,

    /// <summary>Plans a business day of a payment system, or changes the cut-offs of a planned one.</summary>
    PlanBusinessDay = 120,
    /// <summary>Makes a planned business day a holiday; what is warehoused for it goes to the next one.</summary>
    DeclareHoliday = 121,
    /// <summary>Opens the next planned business day: warehoused payments enter their queues.</summary>
    OpenBusinessDay = 122,
    /// <summary>Changes the cut-offs of the open business day.</summary>
    SetCutoffs = 123,
    /// <summary>Closes the business day after its last cut-off and takes the members' balances.</summary>
    CloseBusinessDay = 124,
}
