Feature: Car leasing
  Promise: click, sign and drive: lease, insurance, deposit, rent and the car itself take effect at once or not at all.

  Background:
    Given the parties Bank, Maker, Lessor, Lessee, Insurer, Tolls, Car and Second
    And Bank issues USD with 2 decimals
    And Lessee has 900.00 USD
    And Second has 900.00 USD
    And Lessor, Insurer and Tolls hold accounts in USD
    And Maker defines the class "cars", issued by Lessor:
      """
      states Available, Reserved, Leased, Inspection
      flags UniqueContent, Transferable
      Available -> Reserved by Owner
      Reserved -> Available by Expiry
      Reserved -> Leased by OwnerAndCounterparty
      Leased -> Inspection by OwnerOrCounterparty
      Inspection -> Available by Owner
      """
    And Maker defines the class "leases":
      """
      states Signed, Ended
      flags OwnerSigns, CounterpartySigns
      issued by anyone
      Signed -> Ended by OwnerAndCounterparty
      """
    And Maker defines the class "insurance policies", issued by Insurer:
      """
      states Active, Ended
      Active -> Ended by Issuer
      """
    And Lessor creates "VIN 7" of the class "cars", called "WVWZZZ1JZ3W386752", on the document "WVWZZZ1JZ3W386752"

  Scenario: Five signatures' worth of paperwork in one instant, and back again
    Given Lessor does all or nothing:
      """
      signed by Lessee
      moves "VIN 7" to Reserved, with Lessee, valid for 15 minutes
      """
    When Lessor does all or nothing:
      """
      signed by Lessee and Insurer
      creates "lease" of the class "leases", with Lessee, on the document "lease of VIN 7"
      creates "cover" of the class "insurance policies", for Lessee, on the document "cover of VIN 7"
      reserves 500.00 USD as "deposit" for Lessor's USD from Lessee's USD, released by Lessor
      pays 300.00 USD to Lessor's USD from Lessee's USD
      moves "VIN 7" to Leased
      """
    Then all legs took effect in one block
    And "VIN 7" is Leased
    And Lessee's USD holds 600.00 USD with 500.00 USD reserved
    When Lessee opens "purse of the car" in USD
    And Lessee limits "purse of the car" to 50.00 USD per 1 day, guarded by Lessee
    And Lessee pays 100.00 USD to "purse of the car"
    And Lessee puts "purse of the car" under the policy Car
    And Car pays 7.50 USD to Tolls's USD from "purse of the car"
    Then Tolls's USD holds 7.50 USD
    When Lessee moves "VIN 7" to Inspection
    And Lessor does all or nothing:
      """
      posts 120.00 USD of "deposit"
      moves "VIN 7" to Available
      """
    Then Lessor's USD holds 420.00 USD
    And Lessee's USD holds 380.00 USD
    And "VIN 7" is Available

  Scenario: A reservation lapses after a quarter of an hour
    Given Lessor does all or nothing:
      """
      signed by Lessee
      moves "VIN 7" to Reserved, with Lessee, valid for 15 minutes
      """
    When 16 minutes pass
    Then "VIN 7" is Available

  @attack
  Scenario: One car for two, a lease without cover, a stolen key, a sale by the driver
    Given Lessor does all or nothing:
      """
      signed by Lessee
      moves "VIN 7" to Reserved, with Lessee, valid for 15 minutes
      """
    Then Lessor does all or nothing, which is refused: BadState:
      """
      signed by Second
      moves "VIN 7" to Reserved, with Second, valid for 15 minutes
      """
    And Lessor does all or nothing, which is refused: Unauthorized:
      """
      signed by Lessee
      reserves 500.00 USD as "deposit" for Lessor's USD from Lessee's USD
      pays 300.00 USD to Lessor's USD from Lessee's USD
      moves "VIN 7" to Leased
      creates "cover" of the class "insurance policies", for Lessee, on the document "cover of VIN 7"
      """
    And Lessee's USD holds 900.00 USD
    And Lessee hands "VIN 7" to Second, which is refused: NotOwner
    Given Lessee opens "purse of the car" in USD
    And Lessee limits "purse of the car" to 50.00 USD per 1 day, guarded by Lessee
    And Lessee pays 100.00 USD to "purse of the car"
    And Lessee puts "purse of the car" under the policy Car
    Then Car pays 60.00 USD to Second's USD from "purse of the car", which is refused: ExceedsSpendingLimit
    And Car limits "purse of the car" to 90.00 USD per 1 day, which is refused: Unauthorized
